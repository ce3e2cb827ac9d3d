import Foundation

/// A file that is there as long as this value is.
final class TemporaryFile: Sendable {
  let path: String

  init(_ text: String) throws {
    let name = "parley-" + UUID().uuidString
    self.path = FileManager.default.temporaryDirectory.appending(path: name).path
    try Data(text.utf8).write(to: URL(filePath: self.path))
  }

  deinit {
    try? FileManager.default.removeItem(atPath: self.path)
  }
}
