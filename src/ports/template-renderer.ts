/** Renders the methods of strategies: templates that people write, which must not reach anything but their context. */
export interface TemplateRenderer {
  /** The text of `template` with the values of `context`. FoliosError STRATEGY_INVALID with the place of the mistake. */
  render(template: string, context: object): string;
  /**
   * What is wrong with a template, each with its place; empty if nothing is. With a `sample` context also every variable
   * that a context of that shape does not have, on every branch.
   */
  check(template: string, sample?: object): readonly string[];
}
