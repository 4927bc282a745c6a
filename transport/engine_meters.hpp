#pragma once

#include <atomic>
#include <cstdint>

namespace flotilla::transport {

/// What the engine's thread counts and any thread may read.
struct engine_meters {
  std::atomic<std::uint64_t> body_bytes{0};
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::int64_t> disk_nanoseconds{0};
};

} // namespace flotilla::transport
