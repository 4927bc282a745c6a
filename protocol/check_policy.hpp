#pragma once

#include <cstdint>

namespace flotilla::protocol {

/// When to ask for a blob before sending it.
enum class check_mode : std::uint8_t {
  automatic, ///< where asking pays
  always,
  never,
};

/// A check must pay: a HEAD costs a request and saves an upload only if the blob is there. Large
/// blobs are always asked for. Small ones are asked for until a sample is known, and then only
/// while most of them turn out to be there: in a repository that turns out empty, the upload's own
/// first request asks well enough (see `blob_upload`). Costs the same per blob, whatever their
/// number.
class check_policy {
public:
  static constexpr std::uint64_t large = 1 << 20; ///< bytes; from here on a HEAD is cheap beside
  static constexpr std::uint32_t sample = 32;     ///< small blobs asked for before judging

  explicit check_policy(check_mode mode) : mode_(mode) {
  }

  enum class advice : std::uint8_t {
    check,
    send, ///< do not ask
    hold, ///< the sample is out: wait for its answers
  };
  /// What to do with a blob of that size.
  advice next(std::uint64_t size) const noexcept;
  /// A question about a blob of that size was asked.
  void asked(std::uint64_t size) noexcept;
  /// The answer to a question about a blob of that size.
  void learned(std::uint64_t size, bool present) noexcept;

private:
  check_mode mode_;
  std::uint32_t asked_ = 0; ///< of small blobs, as are the two below
  std::uint32_t absent_ = 0;
  std::uint32_t present_ = 0;
};

} // namespace flotilla::protocol
