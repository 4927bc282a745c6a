#pragma once

#include "protocol/http.hpp"
#include "protocol/request_step.hpp"

#include <chrono>
#include <cstdint>

namespace flotilla::actors {

/// How a request has ended.
struct exchange_end {
  protocol::method verb = protocol::method::get;
  protocol::request_step step = protocol::request_step::other;
  int status = 0;                        ///< of the answer; 0: there was none
  std::chrono::duration<double> took{0}; ///< until the answer
  std::uint64_t body = 0;                ///< bytes of a file
  /// Of `took`, the part after the last byte had left; 0 where that is not watched.
  std::chrono::duration<double> commit{0};
};

/// Hears of every request of a process, for its metrics. Called on any thread, several at once;
/// must not block.
class exchange_watch {
public:
  virtual ~exchange_watch() = default;
  virtual void began(protocol::method verb, protocol::request_step step) = 0;
  virtual void ended(const exchange_end& how) = 0;
};

} // namespace flotilla::actors
