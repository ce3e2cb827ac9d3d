import Glibc
import Logging
import NIOCore
import NIOPosix
import ParleyAccounts
import ParleyDoorKit
import ParleyLog
import ParleyRuntime
import ParleySQLite
import ParleyTransport
import ServiceLifecycle
import UnixSignals

/// The whole server: opens the data directory, starts the engine, opens the doors, and closes all
/// of it again in order.
package struct Server: Service {
  /// Why the server stops.
  private enum Stop: Sendable {
    case asked
    /// The disk or the archive failed; the next start decides.
    case failed(String)
  }

  private let loaded: LoadedConfiguration
  private let console: Console
  private let certificates: CertificateStore?
  private let reread: (@Sendable () throws(ConfigurationError) -> LoadedConfiguration)?

  private var configuration: ServerConfiguration { self.loaded.configuration }

  /// Reads the certificate; throws what is wrong with it.
  ///
  /// `reread` reads the configuration again when SIGHUP asks for it.
  package init(
    _ loaded: LoadedConfiguration, console: Console,
    reread: (@Sendable () throws(ConfigurationError) -> LoadedConfiguration)? = nil
  ) throws(ConfigurationError) {
    self.loaded = loaded
    self.console = console
    self.reread = reread
    do throws(CertificateFault) {
      self.certificates = try loaded.configuration.certificateFiles.map {
        (files) throws(CertificateFault) in try CertificateStore(files)
      }
    } catch {
      throw ConfigurationError(["\(error)"])
    }
  }

  /// Serves until a graceful shutdown is asked for.
  ///
  /// Throws ``ServerError`` when it cannot start or go on.
  package func run() async throws {
    let hangUps = await UnixSignalsSequence(trapping: .sighup)
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
    let queue = try self.openQueue(engine, group, gate)
    self.sayReady(listeners, directory, found, connectionsMax: gate.max)
    let trimming = FreeMemory.giveBack(on: group)
    ConsoleInput(announce: { engine.announce($0) }, stop: { stop.yield(.asked) }).start()

    let reloader = Reloader(
      console: self.console, logger: self.console.logger(label: "server"),
      certificates: self.certificates, read: self.reread, change: { engine.change($0) },
      stop: { stop.yield(.asked) })
    var reason = Stop.asked
    await withTaskGroup { tasks in
      tasks.addTask { await reloader.watch() }
      tasks.addTask { await reloader.listen(hangUps, self.loaded) }
      await withGracefulShutdownHandler {
        for await stop in stops {
          reason = stop
          break
        }
      } onGracefulShutdown: {
        stop.yield(.asked)
      }
      tasks.cancelAll()
    }
    if case .failed(let text) = reason {
      queue?.abandon()
      throw ServerError.storage(text)
    }
    SecondSignal.endsAtOnce()
    let logger = self.console.logger(label: "server")
    logger.notice("stopping: telling everyone, \(engine.sessions) sessions")
    trimming?.cancel()
    for listener in listeners { try? await listener.channel.close() }
    queue?.shut()
    try await engine.stop(grace: self.configuration.shutdownGrace)
    try await queue?.stop()
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
        group: group, archive: archive, settings: try self.configuration.settings(),
        incarnation: UInt32.random(in: 1 ... .max), options: self.engineOptions(accounts),
        observer: ConsoleObserver(console: self.console),
        openLog: { try SegmentLog(directory: logPath) }, failed: failed)
    } catch {
      throw ServerError.opening(error)
    }
  }

  /// A listener that was opened.
  private struct Opened: Sendable {
    var channel: any Channel
    var requiresTLS = false
  }

  private func sayReady(
    _ listeners: [Opened], _ directory: DataDirectory, _ found: EngineStart,
    connectionsMax: Int
  ) {
    let addresses = listeners.compactMap { listener -> ListenAddress? in
      guard let address = listener.channel.localAddress, let host = address.ipAddress,
        let port = address.port
      else { return nil }
      return ListenAddress(host: host, port: port, requiresTLS: listener.requiresTLS)
    }
    if let certificates = self.certificates {
      Reloader.tell(
        certificates.current, certificates.files, self.console.logger(label: "server"))
    }
    let tail = found.replayed > 0 ? ", \(found.replayed) entries applied from the log" : ""
    self.console.ready(
      listeners: addresses, socket: Self.socketPath(directory), data: directory.path,
      found: "\(Self.count(found.rooms))\(tail); up to \(connectionsMax) connections")
  }

  private static func count(_ rooms: Int) -> String {
    switch rooms {
    case 0: "nothing yet"
    case 1: "1 room"
    default: "\(rooms) rooms"
    }
  }

  private func open(
    _ engine: Engine, _ group: MultiThreadedEventLoopGroup, _ directory: DataDirectory,
    _ gate: ConnectionGate
  ) async throws -> [Opened] {
    let listener = Listener(
      group: group, engine: engine, doors: Doors(serverName: self.serverName), gate: gate,
      heartbeat: TimeAmount(self.configuration.heartbeat),
      heartbeatGrace: TimeAmount(self.configuration.heartbeatGrace),
      certificates: self.certificates, proxyFrom: self.configuration.proxyFrom,
      passwordsInClear: self.configuration.passwordsInClear,
      warnings: SeldomWarning(logger: self.console.logger(label: "listener")))
    var channels: [Opened] = []
    for address in self.configuration.listeners {
      do {
        let channel = try await listener.bind(address)
        channels.append(Opened(channel: channel, requiresTLS: address.requiresTLS))
      } catch {
        // A machine without IPv6 still has the other of the two defaults.
        let isDefault = self.configuration.listeners == ServerConfiguration().listeners
        guard isDefault, !channels.isEmpty, (error as? IOError)?.errnoCode == EADDRNOTAVAIL else {
          throw ServerError.listening(on: address, error)
        }
      }
    }
    let socket = try await listener.bind(socketPath: Self.socketPath(directory))
    channels.append(Opened(channel: socket))
    return channels
  }

  private func openQueue(
    _ engine: Engine, _ group: MultiThreadedEventLoopGroup, _ gate: ConnectionGate
  ) throws -> QueueService? {
    guard let name = self.configuration.queue else { return nil }
    let logger = self.console.logger(label: "queue")
    let entrance = QueueEntrance(
      group: group, engine: engine, doors: Doors(serverName: self.serverName), gate: gate,
      warnings: SeldomWarning(logger: logger))
    return try QueueService.open(name, self.configuration.queueUsers, entrance, logger)
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

  private func engineOptions(_ accounts: AccountService) -> EngineOptions {
    var options = EngineOptions()
    options.secrets = accounts
    options.loginGuard = LoginGuard(self.configuration.limits)
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
