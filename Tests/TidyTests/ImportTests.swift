import Foundation
import Testing

/// The table *The house* of ARCHITECTURE.md: which of our targets each target may import.
private let allowed: [String: Set<String>] = {
  let core: Set = ["ParleyModel", "ParleyCore", "ParleyLog", "ParleyDoorKit"]
  let doors: Set = [
    "ParleyLineDoor", "ParleyIRCDoor", "ParleyAdminDoor", "ParleyJSONDoor", "ParleyQueueDoor",
  ]
  let server = core.union(doors).union(["ParleySQLite", "ParleyRuntime", "ParleyTransport"])
  return [
    "CEpoll": [],
    "CSpawn": [],
    "CFaultyDisk": [],
    "CMessageQueue": [],
    "ParleyModel": [],
    "ParleyCore": ["ParleyModel"],
    "ParleyLog": ["ParleyModel"],
    "ParleyDoorKit": ["ParleyModel"],
    "ParleyLineDoor": ["ParleyModel", "ParleyDoorKit"],
    "ParleyIRCDoor": ["ParleyModel", "ParleyDoorKit"],
    "ParleyAdminDoor": ["ParleyModel", "ParleyDoorKit"],
    "ParleyJSONDoor": ["ParleyModel", "ParleyDoorKit"],
    "ParleyQueueDoor": ["ParleyModel", "ParleyDoorKit", "CMessageQueue"],
    "ParleyClient": ["ParleyJSONDoor"],
    "ParleySQLite": ["ParleyModel", "ParleyLog"],
    "ParleyRuntime": core,
    "ParleyAccounts": ["ParleyModel", "ParleyRuntime"],
    "ParleyTransport": [],
    "ParleyTerminal": [],
    "ParleyChat": [
      "CSpawn", "ParleyModel", "ParleyDoorKit", "ParleyLineDoor", "ParleyClient", "ParleyTerminal",
    ],
    "ParleyServer": server.union(["ParleyAccounts", "ParleyTransport"]),
    "ParleyTesting": server.union(["CSpawn", "ParleyServer"]),
    "ParleySimulation": [
      "ParleyModel", "ParleyCore", "ParleyLog", "ParleyDoorKit", "ParleyLineDoor", "ParleyJSONDoor",
      "ParleyRuntime", "ParleyTesting",
    ],
    "parley-sim": ["ParleySimulation"],
    "parley-day": ["ParleyModel", "ParleyLog", "ParleySQLite", "ParleyTesting", "CEpoll"],
    "ParleyBench": ["CEpoll", "ParleyQueueDoor"],
    "ParleyFuzz": [
      "ParleyModel", "ParleyLog", "ParleyDoorKit", "ParleyLineDoor", "ParleyIRCDoor",
      "ParleyAdminDoor", "ParleyJSONDoor", "ParleyQueueDoor", "ParleyServer", "ParleyTransport",
    ],
    "parley": [
      "ParleyAdminDoor", "ParleyServer", "ParleyBench", "ParleyLineDoor", "ParleyChat",
      "ParleyQueueDoor", "ParleyTransport",
    ],
  ]
}()

/// Targets that import nothing of anybody: they are pure.
private let pure: Set = ["ParleyModel", "ParleyCore"]

/// Targets whose hot paths must not pay for Foundation.
private let withoutFoundation: Set = [
  "ParleyModel", "ParleyCore", "ParleyDoorKit", "ParleyLineDoor", "ParleyIRCDoor",
  "ParleyJSONDoor", "ParleyQueueDoor",
]

/// The one file that may: names' keys need NFC.
private let namesFile = "Sources/ParleyDoorKit/NameKey.swift"

@Suite struct `The house` {
  @Test func `has a row in the import table for each target`() throws {
    let folders = try Set(Tree.folders(in: "Sources"))
    #expect(folders.subtracting(allowed.keys).isEmpty)
  }

  @Test func `imports in one direction`() throws {
    for file in try Tree.swift(under: "Sources") {
      let ours = file.imports.filter { allowed[$0] != nil }
      let wrong = Set(ours).subtracting(allowed[file.target] ?? [])
      #expect(wrong.isEmpty, "\(file) imports \(wrong.sorted())")
    }
  }

  @Test func `keeps the vocabulary and the core free of all other packages`() throws {
    for file in try Tree.swift(under: "Sources") where pure.contains(file.target) {
      let others = Set(file.imports).subtracting(["ParleyModel"])
      #expect(others.isEmpty, "\(file) imports \(others.sorted())")
    }
  }

  @Test func `keeps Foundation out of the core and the doors`() throws {
    for file in try Tree.swift(under: "Sources")
    where withoutFoundation.contains(file.target) && file.path != namesFile {
      let foundation = file.imports.filter { $0.hasPrefix("Foundation") }
      #expect(foundation.isEmpty, "\(file) imports \(foundation)")
    }
  }

  /// Only the door behind the data directory's socket may send commands as the server's owner.
  @Test func `gives the owner's rights in one place`() throws {
    for file in try Tree.swift(under: "Sources") where file.target != "ParleyAdminDoor" {
      for (number, line) in file.code where line.contains("asOwner: true") {
        Issue.record("\(file):\(number): \(line)")
      }
    }
  }

  @Test func `reads clocks, randomness and locks nowhere in the vocabulary and the core`() throws {
    let surprises =
      /\b(?:UUID|Task|Mutex|Date|ContinuousClock|SystemRandomNumberGenerator)\(|\.random\(|\bTask\s*\{/
    for file in try Tree.swift(under: "Sources") where pure.contains(file.target) {
      for (number, line) in file.code where line.contains(surprises) {
        Issue.record("\(file):\(number): \(line.trimmingCharacters(in: .whitespaces))")
      }
    }
  }
}

extension Tree.File {
  /// The modules that it imports.
  var imports: [String] {
    let pattern =
      /^\s*(?:@\w+(?:\(.*\))?\s+)*(?:public |package |internal |private |fileprivate )?import (?:(?:struct|class|enum|protocol|func|let|var|typealias) )?(\w+)/
    return self.lines.compactMap { try? pattern.firstMatch(in: $0).map { String($0.1) } }
  }

  /// Its lines with their numbers, without those that are comments alone.
  var code: [(number: Int, line: String)] {
    self.lines.enumerated().map { ($0.offset + 1, $0.element) }
      .filter { !$0.1.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
  }
}
