import Configuration
import Foundation
import Yams

/// `parley.yaml`, read: each key's values as text, and the line where it stands.
struct ConfigurationFile {
  /// The name that mistakes are told under.
  var name: String
  var values: [String: [String]] = [:]
  var lines: [String: Int] = [:]
  /// Keys that are no settings, and values of the wrong shape.
  var faults: [(line: Int, text: String)] = []

  /// Reads the file; throws where it cannot be read as settings at all.
  init(path: String) throws(ConfigurationError) {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: path)
        ? "cannot be read as text in UTF-8" : "there is no such file"
      throw ConfigurationError(["\(path): \(reason)"])
    }
    try self.init(text: text, name: path)
  }

  init(text: String, name: String) throws(ConfigurationError) {
    self.name = name
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationError([Self.fault(error, in: text, name: name)])
    }
    // A file with nothing in it, or comments alone, sets nothing.
    guard let root, !Self.isNothing(root) else { return }
    guard let mapping = root.mapping else {
      let line = root.mark?.line ?? 1
      throw ConfigurationError(["\(name):\(line): write settings as `name: value`, one a line"])
    }
    for (keyNode, valueNode) in mapping {
      let line = keyNode.mark?.line ?? 0
      do throws(SettingFault) {
        let key = keyNode.string ?? ""
        let setting = try Self.setting(key)
        self.values[key] = try Self.texts(valueNode, of: setting)
        self.lines[key] = line
      } catch {
        self.faults.append((line, "\(name):\(line): \(error)"))
      }
    }
  }

  /// The values as swift-configuration reads them.
  var provider: InMemoryProvider {
    InMemoryProvider(values: self.values, name: self.name)
  }

  private static func setting(_ key: String) throws(SettingFault) -> Setting {
    if let setting = Setting.named(key) { return setting }
    let names = Setting.all.map(\.name)
    let nearest = key.nearest(in: names).map { "did you mean \($0)? There are: " } ?? "there are: "
    throw SettingFault(
      "\"\(key)\" is not a setting; \(nearest)\(names.joined(separator: ", "))")
  }

  private static func texts(_ node: Node, of setting: Setting) throws(SettingFault) -> [String] {
    if Self.isNothing(node) {
      throw SettingFault("\(setting.name): has no value; write \(setting.allowed)")
    }
    if let scalar = node.scalar { return [scalar.string] }
    guard setting.isList, let sequence = node.sequence else {
      throw SettingFault("\(setting.name): takes one value: \(setting.allowed)")
    }
    var texts: [String] = []
    for item in sequence {
      guard let scalar = item.scalar, !Self.isNothing(item) else {
        throw SettingFault("\(setting.name): each item must be \(setting.allowed)")
      }
      texts.append(scalar.string)
    }
    return texts
  }

  private static func isNothing(_ node: Node) -> Bool {
    node.scalar != nil && node.null != nil
  }

  /// The parser's own word for what it could not read, after the file and the line.
  private static func fault(_ error: any Error, in text: String, name: String) -> String {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      return "\(name):\(mark.line): this is not YAML: \(problem)"
    case YamlError.duplicatedKeysInMapping(let duplicates, let context):
      // The parser says where the mapping begins; the line of the second one is what helps.
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let key = duplicates.min() ?? ""
      let line = lines.lastIndex { $0.hasPrefix(key) }.map { $0 + 1 } ?? context.mark.line
      return "\(name):\(line): \(key): stands there more than once"
    default:
      return "\(name): this is not YAML: it holds a character that YAML does not allow"
    }
  }
}
