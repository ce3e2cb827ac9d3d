import Glibc
import Logging
import NIOCore
import NIOPosix
import ParleyAccounts
import ParleyDoorKit
import ParleyLog
import ParleyModel
import ParleyRuntime
import ParleySQLite
import ServiceLifecycle

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

  /// Serves until a graceful shutdown is asked for.
  ///
  /// Throws ``ServerError`` when it cannot start or go on.
  package func run() async throws {
    let gate = ConnectionGate(
      openFilesMax: OpenFiles.raiseLimit(), limits: self.configuration.limits,
      logger: self.console.logger(label: "listener"))
    let directory: DataDirectory
    let archive: SQLiteArchive
    do {
      directory = try DataDirectory(path: self.configuration.dataDirectory)
      archive = try SQLiteArchive(path: directory.archivePath)
    } catch {
      throw ServerError.opening(error)
    }
    let (stops, stop) = AsyncStream.makeStream(of: Stop.self)
    let group = MultiThreadedEventLoopGroup(
      numberOfThreads: self.configuration.threads ?? System.coreCount)
    let accounts = AccountService()
    let (engine, found) = try await self.start(archive, directory, group, accounts) {
      stop.yield(.failed($0))
    }
    let listeners = try await self.open(engine, group, directory, gate)
    self.sayReady(listeners, directory, found, connectionsMax: gate.max)
    let trimming = FreeMemory.giveBack(on: group)
    ConsoleInput(announce: { engine.announce($0) }, stop: { stop.yield(.asked) }).start()

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
    SecondSignal.endsAtOnce()
    let logger = self.console.logger(label: "server")
    logger.notice("stopping: telling everyone, \(engine.sessions) sessions")
    trimming?.cancel()
    for listener in listeners { try? await listener.close() }
    try await engine.stop(grace: self.configuration.shutdownGrace)
    try await accounts.stop()
    try await group.shutdownGracefully()
    withExtendedLifetime(directory) {}
    logger.notice("stopped: everything is in the archive")
  }

  private func start(
    _ archive: SQLiteArchive, _ directory: DataDirectory, _ group: MultiThreadedEventLoopGroup,
    _ accounts: AccountService, failed: @escaping @Sendable (String) -> Void
  ) async throws -> (Engine, EngineStart) {
    let logPath = directory.logPath
    do {
      return try await Engine.start(
        group: group, archive: archive, settings: try self.settings(),
        incarnation: UInt32.random(in: 1 ... .max), options: self.engineOptions(accounts),
        observer: ConsoleObserver(console: self.console),
        openLog: { try SegmentLog(directory: logPath) }, failed: failed)
    } catch {
      throw ServerError.opening(error)
    }
  }

  private func sayReady(
    _ listeners: [any Channel], _ directory: DataDirectory, _ found: EngineStart,
    connectionsMax: Int
  ) {
    let addresses = listeners.compactMap { listener -> ListenAddress? in
      guard let address = listener.localAddress, let host = address.ipAddress,
        let port = address.port
      else { return nil }
      return ListenAddress(host: host, port: port)
    }
    let tail = found.replayed > 0 ? ", \(found.replayed) entries applied from the log" : ""
    self.console.ready(
      listeners: addresses, socket: Self.socketPath(directory), data: directory.path,
      found: "\(found.rooms) rooms\(tail); up to \(connectionsMax) connections")
  }

  private func open(
    _ engine: Engine, _ group: MultiThreadedEventLoopGroup, _ directory: DataDirectory,
    _ gate: ConnectionGate
  ) async throws -> [any Channel] {
    let listener = Listener(
      group: group, engine: engine, doors: Doors(serverName: self.serverName), gate: gate,
      heartbeat: TimeAmount(self.configuration.heartbeat),
      heartbeatGrace: TimeAmount(self.configuration.heartbeatGrace))
    var channels: [any Channel] = []
    for address in self.configuration.listeners {
      do {
        channels.append(try await listener.bind(address))
      } catch {
        // A machine without IPv6 still has the other of the two defaults.
        let isDefault = self.configuration.listeners == ServerConfiguration().listeners
        guard isDefault, !channels.isEmpty, (error as? IOError)?.errnoCode == EADDRNOTAVAIL else {
          throw ServerError.listening(on: address, error)
        }
      }
    }
    channels.append(try await listener.bind(socketPath: Self.socketPath(directory)))
    return channels
  }

  /// For every door, on this machine, for the owner of the data alone.
  private static func socketPath(_ directory: DataDirectory) -> String {
    directory.path + "/parley.sock"
  }

  private static var machineName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "localhost" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private var serverName: String {
    self.configuration.serverName ?? Self.machineName
  }

  /// What enters the log: names are given their keys here.
  private func settings() throws -> Settings {
    Settings(
      defaultBacklog: self.configuration.defaultBacklog,
      autojoin: try self.configuration.autojoin.map { try NameRules.roomName($0) },
      permanentRooms: try self.configuration.permanentRooms.map { try NameRules.roomName($0) },
      emptyRoomMicroseconds: TimeAmount(self.configuration.emptyRoomTTL).nanoseconds / 1_000)
  }

  private func engineOptions(_ accounts: AccountService) -> EngineOptions {
    var options = EngineOptions()
    options.secrets = accounts
    options.outboxBytesMax = self.configuration.outboxBytesMax
    options.outboxPolicies = self.configuration.outboxPolicies
    options.heartbeat = TimeAmount(self.configuration.heartbeat)
    options.heartbeatGrace = TimeAmount(self.configuration.heartbeatGrace)
    options.loginTimeout = TimeAmount(self.configuration.loginTimeout)
    options.idleTimeout = self.configuration.idleTimeout.map { TimeAmount($0) }
    options.stallTimeout = TimeAmount(self.configuration.stallTimeout)
    options.logsMessages = self.configuration.logMessages
    return options
  }
}
