import Glibc
import Synchronization

/// Makes the next segment ready on a thread of its own, before it is needed.
///
/// An append that makes a file grow waits for the file system's journal; one into a file that is
/// written already waits for its own bytes alone. Nobody waits for this thread: a segment that is
/// not ready when it is needed is made small, on the spot.
final class SegmentPreparation: Sendable {
  private let work: Work

  /// How large the segment is.
  var bytes: Int { self.work.bytes }
  var file: Descriptor { self.work.file }

  /// Nil while it is under way; then 0 or the error's number.
  var result: Int32? {
    let result = self.work.result.load(ordering: .acquiring)
    return result == Work.underWay ? nil : result
  }

  /// Begins it; nil where there can be no thread.
  init?(_ file: Descriptor, bytes: Int, io: StorageIO) {
    let work = Work(file, bytes: bytes, io: io)
    self.work = work
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(work)
    let error = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard error == 0 else {
      argument.release()
      return nil
    }
    pthread_detach(thread)
  }

  deinit {
    self.work.isCancelled.store(true, ordering: .relaxed)
  }

  /// Takes the space for a segment and writes zeros over it, all of it on disk at the end.
  ///
  /// It syncs as it goes: one sync of the whole would hold up those of the log meanwhile.
  static func fill(
    _ file: Descriptor, bytes: Int, io: StorageIO, isCancelled: () -> Bool = { false }
  ) -> Int32 {
    let error = io.allocate(file.number, bytes)
    guard error == 0 else { return error }
    let chunk = min(bytes, 1 << 20)
    let zeros = [UInt8](repeating: 0, count: chunk)
    return zeros.withUnsafeBytes { zeros -> Int32 in
      var done = 0
      while done < bytes {
        if isCancelled() { return ECANCELED }
        let count = min(chunk, bytes - done)
        let error = io.write(
          file.number, UnsafeRawBufferPointer(rebasing: zeros.prefix(count)), done)
        guard error == 0 else { return error }
        done += count
        guard done % (4 << 20) == 0 || done == bytes else { continue }
        let syncError = io.sync(file.number)
        guard syncError == 0 else { return syncError }
      }
      return 0
    }
  }

  /// What the two threads share: written by the one, read by the other.
  private final class Work: Sendable {
    static let underWay: Int32 = -1

    let file: Descriptor
    let bytes: Int
    let io: StorageIO
    let result = Atomic<Int32>(Work.underWay)
    let isCancelled = Atomic<Bool>(false)

    init(_ file: Descriptor, bytes: Int, io: StorageIO) {
      self.file = file
      self.bytes = bytes
      self.io = io
    }

    func run() {
      let result = SegmentPreparation.fill(self.file, bytes: self.bytes, io: self.io) {
        self.isCancelled.load(ordering: .relaxed)
      }
      // What was taken is given back now, not when the file is removed.
      if result != 0 { _ = ftruncate(self.file.number, 0) }
      self.result.store(result, ordering: .releasing)
    }
  }
}
