import Foundation

/// The files of this repository, as these tests read them.
enum Tree {
  /// Where the package is.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// One text file.
  struct File: CustomStringConvertible, Sendable {
    /// From the root on, with slashes.
    var path: String
    var text: String

    var lines: [String] { self.text.components(separatedBy: "\n") }
    var name: String { self.path.components(separatedBy: "/").last ?? self.path }
    /// The target it belongs to, for files of `Sources` and `Tests`.
    var target: String { self.path.components(separatedBy: "/").dropFirst().first ?? "" }
    var description: String { self.path }
  }

  /// The Swift files under a folder that people write: generated ones are left out.
  static func swift(under folder: String) throws -> [File] {
    try self.files(under: folder) { $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift") }
  }

  /// The documents: those at the root and those under `docs`.
  static func documents() throws -> [File] {
    let top = try FileManager.default.contentsOfDirectory(atPath: self.root.path)
      .filter { $0.hasSuffix(".md") }.sorted().map { try self.file($0) }
    return try top + self.files(under: "docs") { $0.hasSuffix(".md") }
  }

  /// Everything that people write.
  static func everything() throws -> [File] {
    let folders = ["Sources", "Tests", "Plugins", "Benchmarks", "Scripts", "docs", ".ci"]
    let top = try ["Makefile", "Package.swift", ".gitignore"].map { try self.file($0) }
    let below = try folders.flatMap { try self.files(under: $0) { !$0.hasSuffix(".pb.swift") } }
    return try top + below + self.documents().filter { !$0.path.contains("/") }
  }

  /// The tests and the scripts that they play.
  static func testFiles() throws -> [File] {
    try self.files(under: "Tests") { $0.hasSuffix(".swift") || $0.hasSuffix(".talk") }
  }

  static func file(_ path: String) throws -> File {
    let url = self.root.appending(path: path)
    return File(path: path, text: try String(contentsOf: url, encoding: .utf8))
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: self.root.appending(path: path).path)
  }

  /// The names of the folders in a folder.
  static func folders(in folder: String) throws -> [String] {
    let url = self.root.appending(path: folder)
    return try FileManager.default.contentsOfDirectory(
      at: url, includingPropertiesForKeys: [.isDirectoryKey]
    ).filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory ?? false }
      .map(\.lastPathComponent).sorted()
  }

  /// The text files under a folder, in the order of their paths; none where it does not exist.
  private static func files(under folder: String, _ isWanted: (String) -> Bool) throws -> [File] {
    let url = self.root.appending(path: folder)
    guard let found = FileManager.default.enumerator(atPath: url.path) else { return [] }
    return found.compactMap { $0 as? String }.filter(isWanted).sorted().compactMap { path in
      // Folders, and files that hold no text, are passed over.
      guard let text = try? String(contentsOf: url.appending(path: path), encoding: .utf8) else {
        return nil
      }
      return File(path: folder + "/" + path, text: text)
    }
  }
}
