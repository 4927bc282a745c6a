#pragma once

#include "protocol/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla::protocol {

/// The MD5 of some content (RFC 1321): a name that S3 gives to what it stores, and no proof of
/// anything.
struct md5_sum {
  std::array<std::uint8_t, 16> bytes{};

  std::string hex() const; ///< 32 lower-case digits
  /// As S3 concatenates the sums of parts.
  std::string_view binary() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// Sums content that arrives in pieces.
class md5_summer {
public:
  md5_summer();
  ~md5_summer();
  md5_summer(const md5_summer&) = delete;
  md5_summer& operator=(const md5_summer&) = delete;

  void update(const void* data, std::size_t length);
  /// Call once, last.
  /// @returns errc::usage where this machine's OpenSSL has no MD5, as under FIPS rules.
  result<md5_sum> finish();

private:
  void* context_; // EVP_MD_CTX; null once anything went wrong
};

/// The sum of these bytes; errc::usage as above.
result<md5_sum> md5_of(std::string_view bytes);

} // namespace flotilla::protocol
