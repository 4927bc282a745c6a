#pragma once

#include "protocol/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla::app {

/// Reads a size: plain bytes, or a number with kB, MB, GB, TB (powers of 1000), or with KiB, MiB,
/// GiB, TiB or k, m, g (of 1024), in any case, e.g. `64MiB`, `1.5 GB`, `64m`; above 2^53 the
/// nearest that a double holds.
/// @returns errc::malformed, also from 9.2e18 on.
protocol::result<std::uint64_t> parse_bytes(std::string_view text);

/// Reads the size of a chunk: as `parse_bytes` does, at least 64 KiB; `auto` is 0, and `whole`,
/// which means none, the largest number.
/// @returns errc::malformed
protocol::result<std::uint64_t> parse_chunk_size(std::string_view text);

/// Reads a duration: a number with ms, s, m or h, e.g. `500ms`, `10m`.
/// @returns errc::malformed, also without a unit and beyond a year.
protocol::result<std::chrono::milliseconds> parse_duration(std::string_view text);

std::string human_bytes(std::uint64_t bytes);    ///< `3.4 GiB`
std::string human_rate(double bytes_per_second); ///< `210 MiB/s`
std::string human_duration(double seconds);      ///< `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`
std::string human_count(std::uint64_t number);   ///< `4,096`
std::string plural(std::uint64_t number, const char* noun); ///< `1 blob`, `4,096 blobs`

} // namespace flotilla::app
