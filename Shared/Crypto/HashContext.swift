import COpenSSL
import Glibc

/// A hash context that each thread keeps for itself: making and freeing one costs as much as hashing a short message.
///
/// Who takes it has finished with it before anything else on the thread can take it: nothing suspends in between.
enum HashContext {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { EVP_MD_CTX_free(OpaquePointer($0)) }
    guard status == 0 else { fatalError("no room for a context of each thread: \(status)") }
    return key
  }()

  /// The context of the calling thread; what it holds is left from the last use.
  static var ofThisThread: OpaquePointer {
    if let kept = pthread_getspecific(key) { return OpaquePointer(kept) }
    guard let new = EVP_MD_CTX_new(), pthread_setspecific(key, UnsafeRawPointer(new)) == 0 else {
      fatalError("no hash context: out of memory")
    }
    return new
  }
}
