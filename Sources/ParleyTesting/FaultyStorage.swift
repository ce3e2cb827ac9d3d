import Glibc
package import ParleyLog
import Synchronization

/// Storage that works until its n-th operation, and loses then what a power cut may lose.
///
/// Everything really happens in the file system; what was written and not synced is remembered,
/// so that a crash can take any of its sectors back.
package final class FaultyStorage: Sendable {
  package enum Fault: Sendable {
    /// The operation fails with that error, those after it work.
    case error(Int32)
    /// The operation fails, and all after it. A write is torn, and of what was not synced each
    /// sector of 512 bytes is kept or lost by chance.
    case powerCut(seed: UInt64)
    /// Like a power cut, but every byte that was handed to the operating system stays: the
    /// process was killed. A write that was under way stands up to a byte drawn by chance.
    case kill(seed: UInt64)
  }

  private struct Unsynced {
    var file: Int32
    var offset: Int
    var old: [UInt8]
  }

  private struct State: Sendable {
    var operations = 0
    var isDead = false
    var unsynced: [Unsynced] = []
  }

  private let failing: Int
  private let fault: Fault
  private let state = Mutex(State())

  /// Whether the fault has happened.
  package var hasFailed: Bool { self.state.withLock { $0.operations > self.failing } }

  /// How many operations there were.
  package var operations: Int { self.state.withLock { $0.operations } }

  package init(failing operation: Int, with fault: Fault) {
    self.failing = operation
    self.fault = fault
  }

  package var io: StorageIO {
    let system = StorageIO.system
    return StorageIO(
      write: { file, bytes, offset in self.write(file, bytes, offset) },
      sync: { file in
        self.perform { state in
          state.unsynced.removeAll { $0.file == file }
          return system.sync(file)
        }
      },
      allocate: { file, bytes in self.perform { _ in system.allocate(file, bytes) } },
      rename: { from, to in self.perform { _ in system.rename(from, to) } },
      remove: { path in self.perform { _ in system.remove(path) } },
      syncDirectory: { path in self.perform { _ in system.syncDirectory(path) } })
  }

  private func perform(_ body: (inout State) -> Int32) -> Int32 {
    self.state.withLock { state in
      if state.isDead { return EIO }
      state.operations += 1
      guard state.operations - 1 == self.failing else { return body(&state) }
      return self.fail(&state)
    }
  }

  private func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int32 {
    self.state.withLock { state in
      if state.isDead { return EIO }
      state.operations += 1
      var old = [UInt8](repeating: 0, count: bytes.count)
      let got = old.withUnsafeMutableBytes {
        pread(file, $0.baseAddress, $0.count, off_t(offset))
      }
      if got < bytes.count { old.removeSubrange(max(0, got)...) }
      state.unsynced.append(Unsynced(file: file, offset: offset, old: old))
      guard state.operations - 1 == self.failing else {
        return StorageIO.system.write(file, bytes, offset)
      }
      var written = 0
      switch self.fault {
      case .error: break
      case .powerCut(let seed), .kill(let seed):
        var random = SplitMix64(seed: seed &+ 1)
        written = Int(random.next() % UInt64(bytes.count + 1))
      }
      _ = StorageIO.system.write(
        file, UnsafeRawBufferPointer(rebasing: bytes[..<written]), offset)
      return self.fail(&state)
    }
  }

  private func fail(_ state: inout State) -> Int32 {
    switch self.fault {
    case .error(let error): return error
    case .kill:
      state.isDead = true
      return EIO
    case .powerCut(let seed):
      state.isDead = true
      var random = SplitMix64(seed: seed)
      for write in state.unsynced.reversed() {
        Self.loseSectors(of: write, &random)
      }
      return EIO
    }
  }

  private static func loseSectors(of write: Unsynced, _ random: inout SplitMix64) {
    var start = 0
    while start < write.old.count {
      let end = min(write.old.count, start + 512 - (write.offset + start) % 512)
      if random.next() % 2 == 0 {
        write.old[start..<end].withUnsafeBytes { bytes in
          _ = StorageIO.system.write(write.file, bytes, write.offset + start)
        }
      }
      start = end
    }
  }
}
