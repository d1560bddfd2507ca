//! Against a server that is not ours: the proxy of `LiteLLM`, which `.ci/install.sh` puts into `.cache`.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use handoff_core::assistant::{Answer, Assistant};
use handoff_llm::{OpenAi, OpenAiOptions};

use crate::common::{Sink, asks};

const SAID: &str = "Delivery takes two working days, dünn verpackt.";
/// It imports for longer than this only on a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(170);

struct Server {
    child: Child,
    base_url: String,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn program() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    Some(root.join(".cache/litellm/bin/litellm")).filter(|path| path.exists())
}

async fn start(program: &Path) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.yaml");
    let model = format!(
        "model_list:\n  - model_name: mock\n    litellm_params:\n      model: openai/mock\n      api_key: none\n      mock_response: \"{SAID}\"\n"
    );
    std::fs::write(&config, model).unwrap();
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let child = Command::new(program)
        .arg("--config")
        .arg(&config)
        .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
        .env(
            "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY",
            "true",
        )
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server {
        child,
        base_url: format!("http://{address}/v1"),
        _folder: folder,
    };
    let ready = async {
        while tokio::net::TcpStream::connect(address).await.is_err() {
            assert!(
                server.child.try_wait().unwrap().is_none(),
                "it ended by itself"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ready)
        .await
        .expect("it does not become ready");
    server
}

#[tokio::test]
async fn a_real_server_answers_whole_and_streamed() {
    let Some(program) = program() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "run .ci/install.sh: LiteLLM is missing"
        );
        eprintln!("not tried: LiteLLM is not installed, .ci/install.sh does that");
        return;
    };
    let server = start(&program).await;
    for streamed in [true, false] {
        let mut options = OpenAiOptions::new("mock", "").base_url(&server.base_url);
        options.streamed = streamed;
        let assistant = OpenAi::new(options).unwrap();
        let sink = Sink::default();
        let answer = assistant
            .reply(&asks(&["How long does delivery take?"]), &sink)
            .await;
        let Ok(Answer::Reply(reply)) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(reply.text, SAID);
        let pieces = sink.pieces.lock().unwrap().clone();
        assert_eq!(pieces.concat(), SAID);
        assert_eq!(pieces.len() > 3, streamed, "{pieces:?}");
        assert!(sink.tokens.load(Ordering::SeqCst) > 0);
    }
    let unknown = OpenAiOptions::new("nobody", "").base_url(&server.base_url);
    let refused = OpenAi::new(unknown)
        .unwrap()
        .reply(&asks(&["Hi"]), &Sink::default())
        .await;
    assert!(refused.unwrap_err().to_string().contains(" 40"));
}
