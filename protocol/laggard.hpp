#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace flotilla::protocol {

/// What makes a body a laggard.
struct laggard_terms {
  /// Rates are those of so long a time, and nothing younger is judged: `--stall-timeout`, > 0.
  std::chrono::duration<double> window{30};
  double far_below = 0.2; ///< of the siblings' rate, 0..1
  double siblings = 2;    ///< on the wire beside it, on the average of the window
  double gain = 2;        ///< to go on must take so many times as long as to send again
  std::chrono::duration<double> restart{5}; ///< a cancellation costs so much beside its bytes
  unsigned most_per_blob = 2;               ///< cancellations
};

/// Finds the bodies that go so much slower than their siblings that it pays to cancel them and to
/// continue from what the registry has acknowledged: one connection of many may have a bad way, or
/// a bad server behind it. Siblings are all bodies between one node and one registry.
///
/// The siblings' rate is the median over their time on the wire, those that ended lately included:
/// where all are slow alike, none is a laggard. Whatever the rates do, a blob is cancelled a few
/// times and then left in peace. See docs/decisions/0012.
///
/// Memory: some 20 points a body, and some 30 records for each of the bodies at once.
class laggard_watch {
public:
  using moment = std::chrono::steady_clock::time_point;
  using ticket = std::uint64_t; ///< of a body; the caller's choice

  struct body {
    std::string blob;         ///< a name of the blob
    std::uint64_t length = 0; ///< bytes of this body
    std::uint64_t after = 0;  ///< bytes of the blob that will follow on the same connection
  };

  explicit laggard_watch(laggard_terms terms = {}) : terms_(terms) {
  }

  /// The body is on the wire. A ticket that is in use begins anew.
  void begin(ticket which, body what, moment now);
  /// So many of its bytes have left; fewer than before: it is sent again, and is young. No other
  /// order of time than forward; an unknown ticket is nothing.
  void sent(ticket which, std::uint64_t bytes, moment now);
  /// It waits for bandwidth: how fast it was says nothing of its line, and it is young again.
  void held_back(ticket which, moment now);
  /// All of them do.
  void held_back(moment now);
  /// All of it has left, or it has failed.
  void end(ticket which, moment now);

  /// Those to cancel now. What is named here is forgotten, but for the count of its blob.
  std::vector<ticket> judge(moment now);

private:
  struct point {
    moment at;
    std::uint64_t bytes = 0;
  };
  struct course {
    body what;
    std::deque<point> points; ///< the first is where its life or the window begins
    moment since;             ///< its age counts from here

    std::uint64_t sent() const noexcept {
      return points.back().bytes;
    }
    double bytes_at(moment when) const;
    double rate(moment from, moment to) const;
  };
  /// Bodies that have ended, one or more.
  struct past {
    moment ended;
    double seconds = 0; ///< on the wire
    double bytes = 0;
  };
  /// How fast some body was, and for how many seconds of the window.
  struct share {
    double rate = 0;
    double seconds = 0;
  };

  void restart(course& c, std::uint64_t bytes, moment now);
  void forget_before(moment start);
  std::optional<double> siblings_rate(ticket of, moment now) const;
  bool is_laggard(ticket which, const course& c, moment now) const;
  moment before(moment now, double windows) const;

  laggard_terms terms_;
  std::unordered_map<ticket, course> under_way_;
  std::deque<past> ended_;
  std::unordered_map<std::string, unsigned> cancelled_; ///< how often, by blob
};

} // namespace flotilla::protocol
