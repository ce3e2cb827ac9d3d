import Logging
import NIOCore
import NIOPosix
import ParleyDoorKit
import ParleyLog
import ParleyModel
import ParleyRuntime
import ParleySQLite
package import ServiceLifecycle

/// The whole server: opens the data directory, starts the engine, opens the doors, and closes all
/// of it again in order.
package struct Server: Service {
  /// Why the server stops.
  private enum Stop: Sendable {
    case asked
    /// The disk or the archive failed; the next start decides.
    case failed(String)
  }

  private let configuration: ServerConfiguration
  private let console: Console

  package init(configuration: ServerConfiguration, console: Console) {
    self.configuration = configuration
    self.console = console
  }

  /// Serves until a graceful shutdown is asked for. Throws ``ServerError`` when it cannot start or
  /// go on.
  package func run() async throws {
    let openFilesMax = OpenFiles.raiseLimit()
    let directory = try DataDirectory(path: self.configuration.dataDirectory)
    let archive = try SQLiteArchive(path: directory.archivePath)
    let group = MultiThreadedEventLoopGroup(
      numberOfThreads: self.configuration.threads ?? System.coreCount)
    let (stops, stop) = AsyncStream.makeStream(of: Stop.self)
    let (engine, found) = try await Engine.start(
      group: group, archive: archive, settings: try self.settings(),
      incarnation: UInt32.random(in: 1 ... .max), options: self.engineOptions(),
      observer: ConsoleObserver(console: self.console),
      openLog: { try SegmentLog(directory: directory.logPath) },
      failed: { stop.yield(.failed($0)) })
    let listeners = try await self.open(engine, group, directory)
    self.console.ready(
      listeners: listeners.compactMap { $0.localAddress }, data: directory.path,
      rooms: found.rooms, replayed: found.replayed, openFilesMax: openFilesMax)
    self.console.readInput(
      announce: { engine.announce($0) }, exit: { stop.yield(.asked) })

    var reason = Stop.asked
    await withGracefulShutdownHandler {
      for await stop in stops {
        reason = stop
        break
      }
    } onGracefulShutdown: {
      stop.yield(.asked)
    }
    if case .failed(let text) = reason { throw ServerError.storage(text) }
    self.console.stopping()
    for listener in listeners { try? await listener.close() }
    try await engine.stop(grace: self.configuration.shutdownGrace)
    try await group.shutdownGracefully()
    directory.close()
    self.console.stopped()
  }

  private func open(
    _ engine: Engine, _ group: MultiThreadedEventLoopGroup, _ directory: DataDirectory
  ) async throws -> [any Channel] {
    let listener = Listener(
      group: group, engine: engine, doors: Doors(serverName: self.serverName),
      heartbeat: TimeAmount(self.configuration.heartbeat),
      heartbeatGrace: TimeAmount(self.configuration.heartbeatGrace))
    var channels: [any Channel] = []
    for address in self.configuration.listeners {
      do {
        channels.append(try await listener.bind(address))
      } catch {
        // A machine without IPv6 still has the other default address.
        let isOptional = !channels.isEmpty && address == ListenAddress.defaultIPv6
        guard isOptional else { throw ServerError.cannotListen(address, "\(error)") }
      }
    }
    channels.append(try await listener.bind(socketPath: directory.socketPath))
    return channels
  }

  private var serverName: String {
    self.configuration.serverName ?? System.hostName
  }

  /// What enters the log: names are given their keys here.
  private func settings() throws -> Settings {
    Settings(
      defaultBacklog: self.configuration.defaultBacklog,
      autojoin: try self.configuration.autojoin.map { try NameRules.roomName($0) },
      permanentRooms: try self.configuration.permanentRooms.map { try NameRules.roomName($0) },
      emptyRoomMicroseconds: TimeAmount(self.configuration.emptyRoomTTL).nanoseconds / 1_000)
  }

  private func engineOptions() -> EngineOptions {
    var options = EngineOptions()
    options.outboxBytesMax = self.configuration.outboxBytesMax
    switch self.configuration.outboxPolicy {
    case .catchup: options.outboxPolicy = .catchup
    case .disconnect: options.outboxPolicy = .disconnect
    }
    options.heartbeat = TimeAmount(self.configuration.heartbeat)
    options.heartbeatGrace = TimeAmount(self.configuration.heartbeatGrace)
    options.loginTimeout = TimeAmount(self.configuration.loginTimeout)
    options.idleTimeout = self.configuration.idleTimeout.map { TimeAmount($0) }
    options.stallTimeout = TimeAmount(self.configuration.stallTimeout)
    options.logsMessages = self.configuration.logMessages
    return options
  }
}
