#pragma once

#include <cstdint>
#include <string_view>

namespace flotilla::store {

/// FNV-1a, 32 bits: tells what was torn, or rotted, from what we have written.
constexpr std::uint32_t checksum(std::string_view bytes) noexcept {
  std::uint32_t sum = 2'166'136'261;
  for (const char byte : bytes)
    sum = (sum ^ static_cast<unsigned char>(byte)) * 16'777'619;
  return sum;
}

} // namespace flotilla::store
