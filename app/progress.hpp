#pragma once

#include "actors/status.hpp"
#include "app/options.hpp"

#include <cstdio>
#include <memory>
#include <string>

namespace flotilla::app {

/// Shows a person, or a program, how far a push is. All of them write to standard error, and each
/// decides for itself how often.
class progress_view {
public:
  progress_view() = default;
  progress_view(const progress_view&) = delete;
  progress_view& operator=(const progress_view&) = delete;
  virtual ~progress_view() = default;

  virtual void show(const actors::push_status& status) = 0;
  /// Takes away what should not stay on the screen.
  virtual void end() {
  }
};

/// The view for a style; `automatic` is a bar on a terminal and plain lines elsewhere.
std::unique_ptr<progress_view> make_progress_view(progress_style style, std::FILE* to);

/// Bytes that count as done: confirmed, or on the wire. Never above the total.
std::uint64_t done_bytes(const actors::push_status& status);

/// `sending`, `publishing`, …
const char* to_string(actors::phase now) noexcept;

/// One line for people: phase, blobs, bytes, rate, time left, what is on the wire.
std::string progress_line(const actors::push_status& status, double rate);

/// Why something is tried again, with how often and how long it waits; empty when nothing was.
std::string setback_line(const actors::push_status& status);

} // namespace flotilla::app
