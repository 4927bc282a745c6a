#pragma once

#include "protocol/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace flotilla::protocol {

/// The SHA-256 of some content, written `sha256:<64 hex>` (image-spec, descriptor.md "Digests").
/// Registries and stores on disk hold nothing else in practice, so it is the only algorithm
/// (docs/decisions/0002-sha256-only.md), and a digest is 32 bytes and never a path.
class digest {
public:
  static constexpr std::size_t size = 32; ///< bytes

  /// All zero: no content has it.
  digest() = default;
  explicit digest(std::array<std::uint8_t, size> bytes) : bytes_(bytes) {
  }

  /// Reads `sha256:` and 64 lower-case hex digits.
  /// @returns errc::malformed with a sentence that says what is wrong: another algorithm, length,
  ///          upper case, or a character that is no hex digit.
  static result<digest> parse(std::string_view text);
  /// The same for the 64 hex digits alone.
  static result<digest> parse_hex(std::string_view hex);
  /// The digest of these bytes.
  static digest of(std::string_view bytes);

  std::string to_string() const; ///< `sha256:<64 hex>`
  std::string hex() const;       ///< `<64 hex>`
  std::string brief() const;     ///< `sha256:` and 12 digits: enough for a person

  const std::array<std::uint8_t, size>& bytes() const noexcept {
    return bytes_;
  }
  friend bool operator==(const digest& a, const digest& b) noexcept {
    return a.bytes_ == b.bytes_;
  }
  friend bool operator!=(const digest& a, const digest& b) noexcept {
    return a.bytes_ != b.bytes_;
  }
  friend bool operator<(const digest& a, const digest& b) noexcept {
    return a.bytes_ < b.bytes_;
  }
  template <class Inspector>
  friend auto inspect(Inspector& f, digest& x) {
    words_of all{x, {x.word(0), x.word(1), x.word(2), x.word(3)}};
    return f(all.words[0], all.words[1], all.words[2], all.words[3]);
  }

private:
  /// Travels as four numbers: byte by byte, the digests of a large plan took seconds.
  struct words_of {
    digest& whom;
    std::array<std::uint64_t, 4> words;

    ~words_of() {
      for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] != whom.word(i)) // one that is only read may be read by others, too
          whom.set_word(i, words[i]);
    }
  };
  /// Eight bytes, the first of them the highest.
  std::uint64_t word(std::size_t which) const noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
      value = value << 8U | bytes_[8 * which + i];
    return value;
  }
  void set_word(std::size_t which, std::uint64_t value) noexcept {
    for (std::size_t i = 8; i-- > 0; value >>= 8U)
      bytes_[8 * which + i] = static_cast<std::uint8_t>(value & 0xFFU);
  }

  std::array<std::uint8_t, size> bytes_{};
};

/// Hashes content that arrives in pieces, e.g. a file too large to hold.
class digester {
public:
  digester();
  ~digester();
  digester(const digester&) = delete;
  digester& operator=(const digester&) = delete;

  void update(const void* data, std::size_t length);
  /// Call once, last.
  digest finish();

private:
  void* context_; // EVP_MD_CTX
};

} // namespace flotilla::protocol

template <>
struct std::hash<flotilla::protocol::digest> {
  /// The first bytes of a SHA-256 are as good as any hash.
  std::size_t operator()(const flotilla::protocol::digest& x) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, x.bytes().data(), sizeof value);
    return value;
  }
};
