/** The newest thing that a screen reader should say, once, when it is done with what it says now. */
export class Announcer {
  text = $state("");
  private turn = false;

  /** The same words twice are announced twice: an invisible character makes them differ. */
  say(text: string): void {
    this.turn = !this.turn;
    this.text = this.turn ? text : `${text}\u00a0`;
  }
}
