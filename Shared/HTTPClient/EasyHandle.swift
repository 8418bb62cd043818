import CLibcurl

/// A `CURL *` whose option setters remember the first failure.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer
  private(set) var status = CURLE_OK

  init(_ pointer: UnsafeMutableRawPointer) {
    self.pointer = pointer
  }

  func set(_ option: CURLoption, _ value: Int) {
    keep(CLibcurl_set_long(pointer, option, value))
  }

  /// libcurl copies the text.
  func set(_ option: CURLoption, _ value: String) {
    keep(CLibcurl_set_string(pointer, option, value))
  }

  func set(_ option: CURLoption, offset value: Int) {
    keep(CLibcurl_set_offset(pointer, option, curl_off_t(value)))
  }

  /// libcurl keeps the pointer.
  func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer?) {
    keep(CLibcurl_set_pointer(pointer, option, value))
  }

  /// libcurl keeps the list.
  func set(_ option: CURLoption, _ list: StringList) {
    keep(CLibcurl_set_list(pointer, option, list.head))
  }

  func set(_ option: CURLoption, callback value: curl_write_callback) {
    keep(CLibcurl_set_data_callback(pointer, option, value))
  }

  func keep(_ result: CURLcode) {
    if status == CURLE_OK { status = result }
  }

  func info(_ item: CURLINFO) -> Int {
    CLibcurl_get_long(pointer, item)
  }

  /// Options that every transfer has.
  func setCommonOptions(timeoutMilliseconds: Int) {
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_TIMEOUT_MS, timeoutMilliseconds)
    // Without this, giving up on a slow name server waits for its answer and holds up all other transfers.
    set(CURLOPT_QUICK_EXIT, 1)
    // An empty text also shuts out the proxies that environment variables name.
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    set(CURLOPT_MAXAGE_CONN, 30)
  }
}

/// A `curl_slist`, freed with the object.
final class StringList {
  private(set) var head: UnsafeMutablePointer<curl_slist>?

  /// libcurl copies the text.
  func append(_ text: String) {
    guard let longer = curl_slist_append(head, text) else { fatalError("out of memory") }
    head = longer
  }

  deinit {
    curl_slist_free_all(head)
  }
}

func text(of code: CURLcode) -> String {
  String(cString: curl_easy_strerror(code))
}
