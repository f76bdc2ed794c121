/** Reads why a command never began out of the runtime's message, as a shell would put it; pure, shows no foreign text. */

/** Exit code as of a shell (126 cannot run, 127 not found) and a line for stderr that says what to do. */
export interface StartRefusal {
  code: 126 | 127;
  message: string;
}

/** null: the text is no message of the runtime's, so the command did run. */
export function startRefusal(text: string, command: string[]): StartRefusal | null {
  const name = JSON.stringify(command[0] ?? '');
  if (/unable to find (user|group)|no matching entries in (passwd|group)/.test(text))
    return refusal(126, "the user does not exist in the sandbox's image. Name one of its /etc/passwd, or a number.");
  if (!/OCI runtime exec failed|unable to start container process|exec failed/.test(text)) return null;
  if (/chdir to cwd|mkdir .*not a directory|cwd/i.test(text))
    return refusal(126, 'the working directory cannot be entered. Make it first, or choose another `workdir`.');
  if (/executable file not found|no such file or directory/.test(text))
    return refusal(127, `${name} was not found in the sandbox. Check its PATH, or install it in the image.`);
  if (/permission denied|is a directory|exec format error|not executable/i.test(text))
    return refusal(
      126,
      `${name} may not be executed in the sandbox. Check its mode (\`chmod +x\`) and its first line.`,
    );
  return refusal(126, `${name} could not be started. See the log of dockerd for the cause.`);
}

function refusal(code: 126 | 127, why: string): StartRefusal {
  return { code, message: `ampoule: ${why}\n` };
}
