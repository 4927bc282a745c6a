#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <string>

namespace flotilla::bench {

/// The moments of one push, and what another process, its coordinator, had used by then. Any thread
/// may note a moment.
class course {
public:
  enum moment : std::uint8_t {
    asked,     ///< the first node was asked for the source
    granted,   ///< the first node was told to do something
    confirmed, ///< the first manifest was put: all blobs are confirmed
    ended,     ///< the nodes were released
  };

  explicit course(std::string pid) : pid_(std::move(pid)) {
  }

  /// The first time counts.
  void note(moment which);
  void await_end();
  /// A line for each: `asked SECONDS CPU_SECONDS RESIDENT_KIB PEAK_KIB`; seconds since `asked`.
  /// @returns whether all of them came
  bool print() const;

private:
  struct sample {
    std::chrono::steady_clock::time_point when;
    double cpu_seconds = 0;     ///< user and system
    std::string resident, peak; ///< KiB
  };

  sample look() const;
  double cpu_seconds() const;

  std::string pid_;
  std::mutex lock_;
  std::array<std::optional<sample>, 4> samples_; ///< by moment; under `lock_`
  std::promise<void> over_;
};

} // namespace flotilla::bench
