extension ProcessUnderTest {
  /// Its Unix socket.
  package var socketPath: String { self.dataDirectory + "/parley.sock" }

  /// Runs `parley admin` against it.
  ///
  /// - Parameters:
  ///   - arguments: what follows `parley admin`, but for the data directory.
  ///   - input: what its standard input has; nil for none.
  /// - Returns: what it printed, and its exit code.
  /// - Throws: ``TalkFailure`` when it cannot be started or does not end.
  package func runAdmin(
    _ arguments: [String], input: String? = nil
  ) throws -> (output: [String], code: Int32) {
    try ChildProcess.run(
      [Self.binary, "admin"] + arguments + ["--data", self.dataDirectory], input: input)
  }

  /// The same with words between blanks, where it must succeed; what it printed.
  @discardableResult
  package func admin(_ words: String, input: String? = nil) throws -> [String] {
    let arguments = words.split(separator: " ").map { String($0) }
    let (output, code) = try self.runAdmin(arguments, input: input)
    guard code == 0 else {
      throw TalkFailure("parley admin \(words) ends with \(code): \(output)")
    }
    return output
  }
}
