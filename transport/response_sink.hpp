#pragma once

#include "protocol/http.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace flotilla::transport {

/// Collects a response from what curl hands over piece by piece, and keeps it bounded. Interim
/// answers (100, 102, 103) and the first of two answers leave nothing behind.
class response_sink {
public:
  /// Bytes of a body that are read in all: up to there the connection can be kept for the next
  /// request, beyond it is cheaper to cut.
  static constexpr std::uint64_t drain_limit = 64 << 20;

  struct limits {
    std::size_t headers = 0; ///< bytes, of all heads together
    std::size_t body = 0;    ///< bytes that are kept
  };

  response_sink(limits allowed, bool is_head) : allowed_(allowed), is_head_(is_head) {
  }

  /// A status line, a field, or the empty line that ends a head, with its line end.
  /// @returns false when it exceeds the limit: cut the connection.
  [[nodiscard]] bool header(std::string_view line);
  /// @returns false when the body exceeds `drain_limit`: cut the connection.
  [[nodiscard]] bool body(std::string_view piece);

  /// Forgets what came so far, because the request is sent once more.
  void forget();

  /// Of the final answer; 0 until its head is complete.
  int status() const noexcept {
    return head_complete_ ? response_.status : 0;
  }
  /// Whether the final answer has arrived whole, as far as its head tells its length.
  bool complete() const noexcept;
  bool headers_too_long() const noexcept {
    return header_bytes_ > allowed_.headers;
  }
  /// Whether the body was cut at `drain_limit`.
  bool cut() const noexcept {
    return body_bytes_ > drain_limit;
  }
  /// Bytes of heads and body so far.
  std::uint64_t received() const noexcept {
    return header_bytes_ + body_bytes_;
  }

  /// What was collected; the sink is spent.
  protocol::http_response take() {
    return std::move(response_);
  }

private:
  void end_head();
  void field(std::string_view line);
  void continue_field(std::string_view line);
  void close_field();

  limits allowed_;
  bool is_head_;
  protocol::http_response response_;
  /// The last one, which the next line may continue: an old form (RFC 9112 section 5.2).
  std::optional<protocol::header_fields::field> open_field_;
  bool head_complete_ = false;
  std::uint64_t header_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;
};

} // namespace flotilla::transport
