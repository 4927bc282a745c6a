#pragma once

#include <cstdint>

namespace flotilla::protocol {

/// When to ask for a blob before sending it.
enum class check_mode : std::uint8_t {
  automatic, ///< where asking pays
  always,
  never,
};

/// A check must pay: a HEAD costs a request and saves an upload only if the blob is there. Small
/// and large blobs are judged apart: a new version of a model often brings new weights and the old
/// tokenizer. Of each a sample is asked for; then small ones as long as most of them turn out to be
/// there, and large ones as long as what a HEAD may save is worth it. What is not asked for is no
/// guess: the upload's own first request asks, too, where the registry mounts (see `blob_upload`).
/// Costs the same per blob, whatever their number.
class check_policy {
public:
  static constexpr std::uint64_t large = 1 << 20; ///< bytes: to send so many costs more than to ask
  static constexpr std::uint64_t worth = 256 << 10; ///< bytes that cost as much as a HEAD, or less
  static constexpr std::uint32_t sample = 32;       ///< blobs asked for before judging

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
  /// It turned out whether a blob of that size is there.
  void learned(std::uint64_t size, bool present) noexcept;

private:
  struct record {
    std::uint32_t asked = 0;
    std::uint32_t absent = 0;
    std::uint32_t present = 0;
  };

  static bool most_are_there(const record& of) noexcept;
  static bool may_save(const record& of, std::uint64_t size) noexcept;

  check_mode mode_;
  record small_;
  record large_;
};

} // namespace flotilla::protocol
