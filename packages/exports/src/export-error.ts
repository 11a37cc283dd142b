/** A file that cannot be read as an export: its content is not what its name or its header says. */
export class ExportFileError extends Error {
  override readonly name = 'ExportFileError'
}

/** What the files leave open is not guessed: the message says which setting decides it. */
export class ExportSettingError extends Error {
  override readonly name = 'ExportSettingError'
}
