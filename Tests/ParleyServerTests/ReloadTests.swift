import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import ParleyTesting
import Synchronization
import Testing

@Suite(.serialized) struct `A server that reads its files again` {
  @Test func `replaces the certificate while 1,000 sessions chat, and drops nobody`() async throws {
    try await onItsOwnThread {
      let files = try CertificateOnDisk()
      let old = try files.fingerprint
      let server = try ProcessUnderTest(flags: files.flags + ["--log-level", "warning"])
      let pid = try #require(server.processID)
      let before = ProcessFigures(pid)
      let began = ContinuousClock.now
      let crowd = try TLSCrowd(count: 1_000, rooms: 100, port: try server.portWithTLS)
      let took = ContinuousClock.now - began
      let all = ProcessFigures(pid)
      print(
        "tls: 1,000 sessions logged in within \(took), "
          + "\((all.memoryKiB - before.memoryKiB) * 1_024 / 1_000) bytes each")
      try crowd.chat(rounds: 2)
      let new = try files.replace()
      // Who comes now gets one of the two, and from some moment on the new one.
      let deadline = Deadline(secondsFromNow: 20)
      var fingerprint = old
      var rounds = 0
      while fingerprint != new {
        try #require(!deadline.hasPassed, "the old certificate is still shown")
        try crowd.chat(rounds: 1)
        rounds += 1
        fingerprint = try TLSPerson("late", port: try server.portWithTLS).fingerprint
        #expect(fingerprint == old || fingerprint == new)
      }
      try crowd.chat(rounds: 2)
      #expect(crowd.dropped == 0)
      print("tls: \(rounds + 4) rounds of 1,000 messages, 10 readers each")
      crowd.close()
      #expect(try server.stop() == 0)
    }
  }

  @Test func `keeps the old certificate where the new one is no good`() async throws {
    try await onItsOwnThread {
      let files = try CertificateOnDisk()
      let old = try files.fingerprint
      let server = try ProcessUnderTest(flags: files.flags)
      try files.write("oh no", "cert.pem")
      try server.expectConsole(
        "error: the certificate stays as it was: *cert.pem: holds no certificate *")
      #expect(try TLSPerson("ana", port: try server.portWithTLS).fingerprint == old)
      let new = try files.replace()
      try server.signal(SIGHUP)
      try server.expectConsole("notice: TLS with *cert.pem, SHA-256 \(new)*")
      #expect(try TLSPerson("bob", port: try server.portWithTLS).fingerprint == new)
      #expect(try server.stop() == 0)
    }
  }

  @Test func `takes the settings that may change on SIGHUP, and names the others`() async throws {
    try await onItsOwnThread {
      let directory = try TemporaryDirectory()
      let file = directory.path + "/parley.yaml"
      func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file)) }
      try write("default_backlog: 0\n")
      let server = try ProcessUnderTest(flags: ["--config", file])
      let ana = try TalkClient("ana", port: server.port)
      try ana.say("ana")
      try ana.expect("*You are ana*")
      try ana.say("hello")
      try ana.expect("*[lobby] #1 ana: hello")
      try write("default_backlog: 5\npermanent_rooms: news\nlog_level: warning\nthreads: 1\n")
      try server.signal(SIGHUP)
      try server.expectConsole("warning: changed, but only after a restart: threads")
      // The level holds at once: what was said as a notice is not.
      try ana.say("/rooms")
      try ana.expect("*news*")
      let bob = try TalkClient("bob", port: server.port)
      try bob.say("bob\n/join tea")
      try bob.expect("ok you made tea*")
      try bob.say("one")
      try bob.expect("*[tea] #1 bob: one")
      try ana.say("/join tea")
      try ana.expect("*[tea] #1 bob: one")
      // A mistake leaves everything as it was.
      try write("default_backlog: many\n")
      try server.signal(SIGHUP)
      try server.expectConsole("error: *parley.yaml:1: default_backlog: \"many\" is not *")
      try server.expectConsole("error: the settings stay as they were")
      try write("default_backlog: 5\npermanent_rooms: news\n")
      try server.signal(SIGHUP)
      try server.expectConsole("notice: read the configuration again: log_level changed")
      #expect(try server.stop() == 0)
    }
  }
}

/// Many who talk over TLS from one thread, in rooms of their own, each in a closed loop.
private final class TLSCrowd: Sendable {
  /// Apart from others, who are not to wait for a thousand handshakes.
  static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  private let channels: [any Channel]
  private let members: [NIOLoopBound<TLSMember>]
  private let loop: any EventLoop

  /// Connects, logs everybody in and joins the rooms.
  init(count: Int, rooms: Int, port: UInt16) throws {
    let loop = Self.group.next()
    let context = try TLSPerson.context()
    var channels: [any Channel] = []
    var members: [NIOLoopBound<TLSMember>] = []
    for first in stride(from: 0, to: count, by: 100) {
      let connecting = (first..<min(first + 100, count)).map { number in
        let promise = loop.makePromise(of: NIOLoopBound<TLSMember>.self)
        return ClientBootstrap(group: loop)
          .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
              let member = TLSMember(number, room: number % rooms)
              let tls = try NIOSSLClientHandler(
                context: context, serverHostname: nil,
                customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) })
              try channel.pipeline.syncOperations.addHandlers([tls, member])
              promise.succeed(NIOLoopBound(member, eventLoop: channel.eventLoop))
            }
          }
          .connect(host: "127.0.0.1", port: Int(port))
          .and(promise.futureResult)
      }
      for (channel, member) in try EventLoopFuture.whenAllSucceed(connecting, on: loop).wait() {
        channels.append(channel)
        members.append(member)
      }
    }
    self.loop = loop
    self.channels = channels
    self.members = members
    try self.all { $0.ready }
  }

  /// Each says a line and waits for it, that many times; fails when somebody is gone, or a room's
  /// numbers have a gap.
  func chat(rounds: Int) throws {
    for _ in 0..<rounds { try self.all { $0.say() } }
  }

  var dropped: Int { self.channels.count { !$0.isActive } }

  func close() {
    for channel in self.channels { channel.close(promise: nil) }
  }

  private func all(
    _ body: @escaping @Sendable (TLSMember) -> EventLoopFuture<Void>
  ) throws {
    let (loop, members) = (self.loop, self.members)
    let late = loop.makePromise(of: Void.self)
    let timer = loop.scheduleTask(in: .seconds(60)) {
      let waiting = members.compactMap { $0.value.waiting }
      late.fail(TalkFailure("\(waiting.count) wait: \(waiting.prefix(3))"))
    }
    loop.flatSubmit { EventLoopFuture.andAllSucceed(members.map { body($0.value) }, on: loop) }
      .cascade(to: late)
    defer { timer.cancel() }
    try late.futureResult.wait()
  }
}

/// One of them, on its loop.
private final class TLSMember: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let name: String
  private let room: String
  private var lines = ByteBuffer()
  private var context: ChannelHandlerContext?
  private var readiness: EventLoopPromise<Void>?
  private var promise: EventLoopPromise<Void>?
  private var awaited = ""
  private var said = 0
  /// The newest number of the room.
  private var sequence: Int?

  init(_ number: Int, room: Int) {
    self.name = "u\(number)"
    self.room = "r\(room)"
  }

  /// What it waits for, if it does.
  var waiting: String? { self.promise == nil ? nil : "\(self.name) for \(self.awaited)" }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    self.readiness = context.eventLoop.makePromise()
    self.promise = self.readiness
    let text = "\(self.name)\n/join \(self.room)\n/who #\(self.room)\n"
    self.awaited = " in \(self.room): "
    // Written before the handshake is over: TLS keeps it until then.
    context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
  }

  /// When it has joined its room.
  var ready: EventLoopFuture<Void> {
    self.readiness?.futureResult ?? self.failed
  }

  func say() -> EventLoopFuture<Void> {
    guard let context = self.context, self.promise == nil else { return self.failed }
    let promise = context.eventLoop.makePromise(of: Void.self)
    self.said += 1
    self.promise = promise
    self.awaited = "\(self.name): round \(self.said)"
    context.writeAndFlush(
      self.wrapOutboundOut(ByteBuffer(string: "round \(self.said)\n")), promise: nil)
    return promise.futureResult
  }

  private var failed: EventLoopFuture<Void> {
    TLSCrowd.group.next().makeFailedFuture(TalkFailure("\(self.name) is gone"))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = self.unwrapInboundIn(data)
    self.lines.writeBuffer(&bytes)
    while let end = self.lines.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
      let line = self.lines.readString(length: end - self.lines.readerIndex + 1) ?? ""
      self.take(line)
    }
    self.lines.discardReadBytes()
  }

  private func take(_ line: String) {
    if let match = line.firstMatch(of: #/\[r[0-9]+\] #([0-9]+) /#), let number = Int(match.1) {
      if let last = self.sequence, number != last + 1 {
        self.fail(TalkFailure("\(self.name) sees #\(number) after #\(last)"))
      }
      self.sequence = number
    }
    guard line.contains(self.awaited), let promise = self.promise else { return }
    self.promise = nil
    promise.succeed()
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    self.fail(TalkFailure("\(self.name) was dropped"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.fail(error)
    context.close(promise: nil)
  }

  private func fail(_ error: any Error) {
    self.promise?.fail(error)
    self.promise = nil
  }
}
