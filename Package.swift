// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target of ours: Swift 6 language mode, warnings are errors.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let nio = "swift-nio"

let package = Package(
  name: "parley",
  products: [
    .library(name: "ParleyModel", targets: ["ParleyModel"]),
    .library(name: "ParleyClient", targets: ["ParleyClient"]),
    .executable(name: "parley", targets: ["parley"]),
    // For tests alone, which load it into a server.
    .library(name: "FaultyDisk", type: .dynamic, targets: ["CFaultyDisk"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(
      url: "https://github.com/apple/swift-configuration", from: "1.4.0",
      traits: []),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(name: "ParleyModel", swiftSettings: settings),
    .target(name: "ParleyCore", dependencies: ["ParleyModel"], swiftSettings: settings),
    .target(
      name: "ParleyLog",
      dependencies: [
        "ParleyModel",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["Proto/parley.proto"],
      swiftSettings: settings),
    .target(
      name: "ParleyDoorKit",
      dependencies: [
        "ParleyModel",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "NIOCore", package: nio),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleyLineDoor",
      dependencies: [
        "ParleyModel", "ParleyDoorKit",
        .product(name: "NIOCore", package: nio),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleyIRCDoor",
      dependencies: [
        "ParleyModel", "ParleyDoorKit",
        .product(name: "NIOCore", package: nio),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleyAdminDoor",
      dependencies: [
        "ParleyModel", "ParleyDoorKit",
        .product(name: "NIOCore", package: nio),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleyJSONDoor",
      dependencies: [
        "ParleyModel", "ParleyDoorKit",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "NIOCore", package: nio),
      ],
      swiftSettings: settings),
    .target(name: "CMessageQueue"),
    .target(
      name: "ParleyQueueDoor",
      dependencies: [
        "CMessageQueue", "ParleyModel", "ParleyDoorKit",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "NIOCore", package: nio),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleyClient",
      dependencies: [
        "ParleyJSONDoor",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOPosix", package: nio),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: nio),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleySQLite",
      dependencies: [
        "ParleyModel", "ParleyLog",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleyRuntime",
      dependencies: [
        "ParleyModel", "ParleyCore", "ParleyLog", "ParleyDoorKit",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOConcurrencyHelpers", package: nio),
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOPosix", package: nio),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleyAccounts",
      dependencies: [
        "ParleyModel", "ParleyRuntime",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOPosix", package: nio),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleyTransport",
      dependencies: [
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOConcurrencyHelpers", package: nio),
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: nio),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleyServer",
      dependencies: [
        "ParleyModel", "ParleyCore", "ParleyLog", "ParleyDoorKit", "ParleyLineDoor",
        "ParleyIRCDoor", "ParleyAdminDoor", "ParleyJSONDoor", "ParleyQueueDoor", "ParleySQLite",
        "ParleyRuntime", "ParleyAccounts",
        "ParleyTransport",
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOConcurrencyHelpers", package: nio),
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOPosix", package: nio),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),
    .target(name: "ParleyTerminal", swiftSettings: settings),
    .target(
      name: "ParleyChat",
      dependencies: [
        "CSpawn", "ParleyModel", "ParleyDoorKit", "ParleyLineDoor", "ParleyClient",
        "ParleyTerminal",
      ],
      swiftSettings: settings),
    .target(name: "CEpoll"),
    .target(name: "CSpawn"),
    .target(name: "CFaultyDisk"),
    .target(
      name: "ParleyBench", dependencies: ["CEpoll", "ParleyQueueDoor"], swiftSettings: settings),
    .executableTarget(
      name: "parley",
      dependencies: [
        "ParleyAdminDoor", "ParleyBench", "ParleyChat", "ParleyQueueDoor", "ParleyServer",
        "ParleyTransport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings,
      plugins: ["CommitPlugin"]),
    .plugin(name: "CommitPlugin", capability: .buildTool()),
    .target(
      name: "ParleyTesting",
      dependencies: [
        "CSpawn", "ParleyModel", "ParleyCore", "ParleyLog", "ParleyDoorKit", "ParleyLineDoor",
        "ParleyIRCDoor", "ParleyJSONDoor", "ParleySQLite", "ParleyRuntime", "ParleyServer",
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOPosix", package: nio),
      ],
      swiftSettings: settings),
    .target(
      name: "ParleySimulation",
      dependencies: [
        "ParleyModel", "ParleyCore", "ParleyLog", "ParleyDoorKit", "ParleyLineDoor",
        "ParleyJSONDoor", "ParleyRuntime", "ParleyTesting",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOEmbedded", package: nio),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "parley-sim",
      dependencies: [
        "ParleySimulation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "parley-day",
      dependencies: [
        "ParleyModel", "ParleyLog", "ParleySQLite", "ParleyTesting", "CEpoll",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ParleySimulationTests",
      dependencies: [
        "ParleyModel", "ParleyDoorKit", "ParleyLineDoor", "ParleyJSONDoor", "ParleySimulation",
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOEmbedded", package: nio),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ParleyCoreTests",
      dependencies: ["ParleyModel", "ParleyCore", "ParleyTesting"], swiftSettings: settings),
    .testTarget(
      name: "ParleyLogTests",
      dependencies: [
        "ParleyModel", "ParleyCore", "ParleyLog", "ParleySQLite", "ParleyTesting",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ParleyDoorTests",
      dependencies: [
        "ParleyModel", "ParleyDoorKit", "ParleyLineDoor", "ParleyIRCDoor", "ParleyAdminDoor",
        "ParleyJSONDoor",
        "ParleyTesting",
        .product(name: "NIOCore", package: nio),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ParleyServerTests",
      dependencies: [
        "ParleyModel", "ParleyCore", "ParleyLog", "ParleyDoorKit", "ParleyLineDoor",
        "ParleyIRCDoor", "ParleyJSONDoor", "ParleyQueueDoor", "ParleySQLite", "ParleyRuntime",
        "ParleyServer", "ParleyTransport", "ParleyTesting", "ParleyBench", "parley", "parley-day",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOPosix", package: nio),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: nio),
      ],
      exclude: ["Scripts", "Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "ParleyClientTests",
      dependencies: [
        "ParleyClient", "ParleyTesting", "parley",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: nio),
        .product(name: "NIOPosix", package: nio),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "X509", package: "swift-certificates"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ParleyTerminalTests", dependencies: ["ParleyTerminal"], swiftSettings: settings),
    .testTarget(
      name: "ParleyChatTests", dependencies: ["ParleyChat", "ParleyTesting", "parley"],
      swiftSettings: settings),
    .testTarget(name: "TidyTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzz targets bring libFuzzer's `main`: they are built by Scripts/fuzz alone.
if Context.environment["PARLEY_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "ParleyFuzz",
      dependencies: [
        "ParleyModel", "ParleyLog", "ParleyDoorKit", "ParleyLineDoor", "ParleyIRCDoor",
        "ParleyAdminDoor", "ParleyJSONDoor", "ParleyQueueDoor", "ParleyServer", "ParleyTransport",
        .product(name: "NIOCore", package: nio),
      ],
      swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]))
}
