import ParleyTesting
import Testing

@Suite struct `A day in the life` {
  /// `make soak` lives a longer one, with ten million messages.
  @Test func `ends with an archive that holds what was acknowledged`() async throws {
    let (lines, code) = try await onItsOwnThread {
      var day = try ChildProcess(
        [ProcessUnderTest.besideThis("parley-day"), "--minutes", "0.3", "--messages", "10000"],
        environment: ["PARLEY_BINARY=\(ProcessUnderTest.binary)"])
      var lines: [String] = []
      while let line = try? day.output.next(until: Deadline(secondsFromNow: 300)) {
        lines.append(line)
      }
      return (lines, day.waitAfterItsOutput())
    }
    #expect(code == 0, "\(lines.joined(separator: "\n"))")
    for line in lines where line.hasPrefix("soak: ") { print(line) }
  }
}
