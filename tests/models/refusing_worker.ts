/** A Worker that refuses every request with an error for the user. */
import { invalidParameter } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { answerCalls } from "../../models/worker_answers.ts";

answerCalls<{ kind: "refuse" }, never>({
  answer: () => {
    throw invalidParameter("blend", line`${{ field: "blend" }} is refused`, {
      cause: new TypeError("deeper"),
    });
  },
});
