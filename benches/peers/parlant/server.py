"""Parlant in its manual mode, without a model: an agent that never has to speak.

Environment: PORT. The working folder is where it keeps its data. Prints "agent ID" once it serves.
"""

import asyncio
import os
from typing import TypeVar

import parlant.sdk as p
from parlant.core.nlp.embedding import Embedder, EmbeddingResult
from parlant.core.nlp.generation import SchematicGenerator
from parlant.core.nlp.moderation import NoModeration
from parlant.core.nlp.service import NLPService
from parlant.core.nlp.tokenization import ZeroEstimatingTokenizer

T = TypeVar("T")


class FlatEmbedder(Embedder):
    async def embed(self, texts, hints={}):
        return EmbeddingResult(vectors=[[1.0] + [0.0] * 7 for _ in texts])

    id = "flat"
    max_tokens = 8192
    tokenizer = ZeroEstimatingTokenizer()
    dimensions = 8


class NoModel(SchematicGenerator[T]):
    def __init__(self, schema):
        self._schema = schema

    @property
    def schema(self):
        return self._schema

    async def generate(self, prompt, hints={}):
        raise NotImplementedError("in manual mode nothing is generated")

    id = "none"
    max_tokens = 8192
    tokenizer = ZeroEstimatingTokenizer()


class Silent(NLPService):
    supports_streaming = False

    async def get_schematic_generator(self, t, hints={}):
        return NoModel[t](t)

    async def get_streaming_text_generator(self, hints={}):
        raise NotImplementedError("no model here")

    async def get_embedder(self, hints={}):
        return FlatEmbedder()

    async def get_moderation_service(self):
        return NoModeration()


async def main():
    async with p.Server(
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        tool_service_port=int(os.environ["TOOL_PORT"]),
        nlp_service=lambda _: Silent(),
        session_store="local",
        customer_store="local",
        log_level=p.LogLevel.ERROR,
    ) as server:
        agent = await server.create_agent(name="Silent", description="Says nothing.")
        print(f"agent {agent.id}", flush=True)


asyncio.run(main())
