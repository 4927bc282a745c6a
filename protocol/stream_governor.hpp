#pragma once

#include <cstdint>

namespace flotilla::protocol {

/// How many bodies may be on their way to one registry at once, for all nodes together: found by
/// trying (docs/decisions/0013). A value without a clock: told about one epoch after the other, it
/// moves by at most one step after each.
///
/// It begins with all that is allowed: a short push must not pay for what it would learn. A
/// registry that throttles gets fewer at once, and one more with each epoch that it does not, up to
/// below where it throttled. Where none is asked for, fewer are tried now and then, and kept where
/// clearly more arrives with them, or no less and the registry answers in three fifths of the time:
/// what it had beyond those only waited. More are tried again, too, and kept where no less arrives,
/// unless they only wait.
///
/// A registry that takes four times as long to answer as at its best gets the next trial of fewer
/// four times sooner. What arrives decides even then: where it is slow for another reason, that is
/// its best from then on.
class stream_governor {
public:
  /// What an epoch of about two seconds was like.
  struct epoch {
    double bytes_per_second = 0; ///< of bodies, for all streams together
    std::uint32_t in_use = 0;    ///< streams, on average
    bool throttled = false;      ///< refused as too much: 429, 503, or a spent allowance
    double answer_seconds = 0;   ///< that it took to open a session, on average; 0: not known
  };

  /// @param least,most streams; 1 <= least <= most
  stream_governor(std::uint32_t least, std::uint32_t most) noexcept;

  /// Nodes have come or gone, or the user has changed the limit. What grows, grows at once.
  void allow(std::uint32_t least, std::uint32_t most) noexcept;
  void note(const epoch& last) noexcept;

  std::uint32_t streams() const noexcept {
    return streams_;
  }
  /// Fewer than are allowed, because that was learned.
  bool is_holding_back() const noexcept {
    return streams_ < most_;
  }

private:
  enum class trial : std::uint8_t { none, fewer, more };

  /// What a number of streams brings, over some epochs.
  struct measure {
    double rate = 0;   ///< bytes per second, summed
    double answer = 0; ///< seconds, summed over the epochs that know
    int epochs = 0;
    int answered = 0; ///< epochs that know

    void add(const epoch& last) noexcept;
    /// The last ones count: as if there had been no more than so many.
    void shorten_to(int most) noexcept;
    double mean() const noexcept {
      return epochs == 0 ? 0 : rate / epochs;
    }
    double answer_seconds() const noexcept {
      return answered == 0 ? 0 : answer / answered;
    }
  };

  void on_throttled() noexcept;
  bool is_telling(const epoch& last) const noexcept;
  void measure_level(const epoch& last) noexcept;
  void judge_trial(const epoch& last) noexcept;
  bool is_better() const noexcept;
  void note_answers(double seconds) noexcept;
  void try_another() noexcept;
  void try_out(trial what, std::uint32_t streams) noexcept;
  void go_back() noexcept;
  void set(std::uint32_t streams) noexcept;

  std::uint32_t least_;
  std::uint32_t most_;
  std::uint32_t streams_;
  std::uint32_t ceiling_; ///< throttled above it, not long ago
  int ceiling_age_ = 0;   ///< epochs
  bool recovers_ = false; ///< from being throttled: one more each epoch, whatever it tells
  measure here_;          ///< of the number that stands
  trial trying_ = trial::none;
  std::uint32_t before_ = 0; ///< what stood before the trial
  measure there_;            ///< of the number that is tried
  int rest_ = 0;             ///< epochs until the next trial
  int next_rest_;
  bool more_is_worse_ = false; ///< the last trial of more said so
  double quickest_ = 0;        ///< seconds: the best answer of an epoch, slowly forgotten
  bool labours_ = false;       ///< it answers much slower than it did
};

} // namespace flotilla::protocol
