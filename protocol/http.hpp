#pragma once

#include "protocol/result.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace flotilla::protocol {

enum class method : std::uint8_t { head, get, post, patch, put, remove };

/// `HEAD`, `GET`, …; `remove` is DELETE, which C++ keeps for itself.
const char* to_string(method verb) noexcept;

/// Header fields in order of arrival; names compare without case (RFC 9110 section 5.1).
class header_fields {
public:
  using field = std::pair<std::string, std::string>;

  header_fields() = default;
  header_fields(std::initializer_list<field> fields) : fields_(fields) {
  }

  /// The first value of that name; empty when there is none.
  std::string_view value(std::string_view name) const noexcept;
  /// All values of that name, joined by `, `: one list, as RFC 9110 section 5.2 reads them.
  std::string joined(std::string_view name) const;
  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  /// Replaces every value of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  void clear() noexcept {
    fields_.clear();
  }

  auto begin() const noexcept {
    return fields_.begin();
  }
  auto end() const noexcept {
    return fields_.end();
  }
  bool empty() const noexcept {
    return fields_.empty();
  }
  std::size_t size() const noexcept {
    return fields_.size();
  }

  template <class Inspector>
  friend auto inspect(Inspector& f, header_fields& x) {
    return f(x.fields_);
  }

private:
  std::vector<field> fields_;
};

/// Where a body comes from: a run of bytes of a local file, opened by whoever sends it. Being only
/// a name and numbers, it can be sent again after a failure, and by another node that sees the same
/// path.
struct file_slice {
  std::string path;            ///< empty: no file
  std::uint64_t offset = 0;    ///< bytes
  std::uint64_t length = 0;    ///< bytes
  std::uint64_t file_size = 0; ///< bytes; a file of any other size is not the one that was planned
};

/// One HTTP exchange, as a value: comparable in a test, repeatable after a failure.
struct http_request {
  method verb = method::get;
  std::string url;
  header_fields fields;
  std::string content; ///< a small body held in memory; unused when `file` names one
  file_slice file;
  std::uint32_t lane = 0; ///< whose request it is: all of one lane are limited and cancelled
                          ///< together; 0: nobody's
  std::uint32_t tag = 0;  ///< its name in its lane, so that it can be cancelled alone; 0: none
  bool follow_redirects = true; ///< false: one is an answer like any other
  bool authorize = true; ///< false: it goes as it is, with an authorization of its own or without

  std::uint64_t body_length() const noexcept {
    return file.path.empty() ? content.size() : file.length;
  }
};

struct http_response {
  int status = 0;
  header_fields fields;
  std::string body;     ///< at most `transport::engine_options::body_limit` bytes of it
  std::string url;      ///< what answered, once redirects are followed; filled by the gateway
  std::string remark{}; ///< what we know of a refusal that the registry may not say; by the gateway
};

/// Why a request has no response.
struct no_response {
  /// unavailable: network trouble, worth another try · usage: TLS or proxy settings that cannot
  /// work, or credentials that would leave in the clear · source_invalid: the body's file is not
  /// what was planned · unauthorized: there is no authorization to be had · refused: what came back
  /// is no HTTP, or leads where we do not go · interrupted: the engine was stopped, or the
  /// request's lane cancelled · internal: a mistake of ours. What was cancelled alone has the
  /// reason of whoever cancelled it.
  failure why;
  std::uint64_t body_sent = 0; ///< bytes of the body that were handed to the network
  bool body_complete = false;  ///< all of them: the registry may have acted on the request
  /// Of errc::unavailable, where another server than the one asked said so.
  std::string reason{};      ///< a short name for counting, its status; empty: the network
  std::string retry_after{}; ///< its field of that name; empty: none
};

/// How an exchange ended: a response of any status, or none.
struct http_outcome {
  std::variant<http_response, no_response> value;

  const http_response* response() const noexcept {
    return std::get_if<http_response>(&value);
  }
  const no_response* failed() const noexcept {
    return std::get_if<no_response>(&value);
  }
};

template <class Inspector>
auto inspect(Inspector& f, file_slice& x) {
  return f(x.path, x.offset, x.length, x.file_size);
}
template <class Inspector>
auto inspect(Inspector& f, http_request& x) {
  return f(x.verb, x.url, x.fields, x.content, x.file, x.lane, x.tag, x.follow_redirects,
           x.authorize);
}
template <class Inspector>
auto inspect(Inspector& f, http_response& x) {
  return f(x.status, x.fields, x.body, x.url, x.remark);
}

} // namespace flotilla::protocol
