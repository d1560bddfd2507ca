import { mount } from "svelte";
import App from "./App.svelte";
import { loadSprite } from "./parts/sprite";
import "./style/index.css";

const target = document.getElementById("app");
if (target) mount(App, { target });
// Without its icons the dashboard still works: every one stands beside words or has a label.
loadSprite().catch((error: unknown) => console.warn("The icons could not be loaded.", error));
