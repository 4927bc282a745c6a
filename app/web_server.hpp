#pragma once

#include "app/listen_address.hpp"
#include "protocol/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace flotilla::app {

/// What a GET or HEAD asks for: the target's two parts, as they came.
struct web_request {
  std::string path;
  std::string query; ///< without the `?`
};

struct web_answer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body{};
  std::string policy{}; ///< Content-Security-Policy; empty: nothing may be loaded or run
  /// A stream of server-sent events (HTML standard, section 9.2): `body` is the first, and
  /// whatever is published comes after it.
  bool goes_on = false;
};

/// A sentence or two for people; the line ends here.
inline web_answer text_answer(int status, const std::string& text) {
  web_answer answer;
  answer.status = status;
  answer.body = text + '\n';
  return answer;
}

/// A small HTTP/1.1 server that can only be read. One thread serves all, and never waits for
/// one of them: who is slow, or silent, holds up nobody. Requests are bounded (8 KiB of head, no
/// body), as are connections (64; the oldest gives way) and the time for a request or an answer.
class web_server {
public:
  /// Runs on the server's thread, and answers at once from what it knows.
  using answerer = std::function<web_answer(const web_request&)>;

  /// Listens from here on, until it is destroyed, which waits for no client.
  /// @returns errc::usage when `at` is no address of this machine, or in use.
  static protocol::result<std::unique_ptr<web_server>> start(const listen_address& at,
                                                             answerer answer);
  web_server(const web_server&) = delete;
  web_server& operator=(const web_server&) = delete;
  ~web_server();

  std::uint16_t port() const noexcept;
  /// Sends an event to all streams that are open. One that has not taken the last yet gets only
  /// the newest when it has. Any thread.
  void publish(std::string event);

  static constexpr std::size_t most_connections = 64;

private:
  struct impl;
  explicit web_server(std::unique_ptr<impl> ready);

  std::unique_ptr<impl> impl_;
};

} // namespace flotilla::app
