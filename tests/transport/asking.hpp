#pragma once

#include "transport/curl_engine.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>

namespace flotilla::test {

/// Sends the request; what comes back will tell how it ends.
inline std::future<protocol::http_outcome> begin(transport::curl_engine& engine,
                                                 protocol::http_request request,
                                                 transport::curl_engine::on_sent sent = {}) {
  auto promise = std::make_shared<std::promise<protocol::http_outcome>>();
  auto ended = promise->get_future();
  engine.submit(
    std::move(request),
    [promise](protocol::http_outcome how) { promise->set_value(std::move(how)); }, std::move(sent));
  return ended;
}

/// Sends the request and waits for how it ends.
inline protocol::http_outcome ask(transport::curl_engine& engine, protocol::http_request request,
                                  transport::curl_engine::on_sent sent = {}) {
  return begin(engine, std::move(request), std::move(sent)).get();
}

/// The status of the response; 0 when there is none.
inline int status_of(const protocol::http_outcome& how) {
  return how.response() != nullptr ? how.response()->status : 0;
}

/// Why there is no response; empty, with errc::none, when there is one.
inline protocol::failure why(const protocol::http_outcome& how) {
  return how.failed() != nullptr ? how.failed()->why : protocol::failure{};
}

/// How often each of many requests was answered, and how.
struct tally {
  std::atomic<int> interrupted{0};
  std::atomic<int> other{0};

  transport::curl_engine::on_done counting() {
    return [this](const protocol::http_outcome& how) {
      ++(why(how).code == protocol::errc::interrupted ? interrupted : other);
    };
  }
};

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

/// A file of that many zero bytes, which takes no room on the disk.
inline void write_sparse_file(const std::string& path, std::uint64_t bytes) {
  write_file(path, {});
  std::filesystem::resize_file(path, bytes);
}

/// Bytes that tell where they are, so that a piece taken from the wrong place is found out.
inline std::string counted_bytes(std::size_t count) {
  std::string bytes;
  while (bytes.size() < count)
    bytes += std::to_string(bytes.size()) + ' ';
  bytes.resize(count);
  return bytes;
}

/// A request with that run of the file as its body.
inline protocol::http_request sending(protocol::method verb, const std::string& url,
                                      const std::string& path, std::uint64_t offset,
                                      std::uint64_t length) {
  protocol::http_request request;
  request.verb = verb;
  request.url = url;
  request.file = {path, offset, length, std::filesystem::file_size(path)};
  return request;
}

inline protocol::http_request asking(protocol::method verb, const std::string& url,
                                     std::string content = {}) {
  protocol::http_request request;
  request.verb = verb;
  request.url = url;
  request.content = std::move(content);
  return request;
}

inline protocol::http_request in_lane(std::uint32_t lane, protocol::http_request request) {
  request.lane = lane;
  return request;
}

} // namespace flotilla::test
