#include "app/progress.hpp"

#include "app/progress_bar.hpp"
#include "app/rate_window.hpp"
#include "app/report.hpp"
#include "app/units.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unistd.h>

namespace flotilla::app {

using actors::phase;
using actors::push_status;

namespace {

class silent_view : public progress_view {
public:
  void show(const push_status&) override {
  }
};

/// A line every few seconds, and one for whatever should not wait.
class plain_view : public progress_view {
public:
  static constexpr double every = 5;          ///< seconds
  static constexpr double setbacks_every = 1; ///< seconds

  explicit plain_view(std::FILE* to) : to_(to) {
  }
  void show(const push_status& status) override {
    rate_.add(status.seconds, status.sent_bytes);
    if (status.setbacks != setbacks_ && status.seconds >= setback_due_) {
      setbacks_ = status.setbacks;
      setback_due_ = status.seconds + setbacks_every;
      std::fprintf(to_, "%s\n", setback_line(status).c_str());
    }
    if (status.now == last_ && status.seconds < due_)
      return;
    last_ = status.now;
    due_ = status.seconds + every;
    std::fprintf(to_, "%s\n", progress_line(status, rate_.rate()).c_str());
  }

private:
  std::FILE* to_;
  rate_window rate_;
  phase last_ = phase::ended;
  double due_ = 0;
  double setback_due_ = 0;
  std::uint64_t setbacks_ = 0;
};

/// One JSON object a line.
class json_view : public progress_view {
public:
  static constexpr double every = 1; ///< seconds

  explicit json_view(std::FILE* to) : to_(to) {
  }
  void show(const push_status& status) override {
    rate_.add(status.seconds, status.sent_bytes);
    if (status.setbacks != setbacks_) {
      setbacks_ = status.setbacks;
      write({{"event", "setback"},
             {"seconds", status.seconds},
             {"reason", status.last_setback.reason},
             {"detail", status.last_setback.detail},
             {"wait_seconds", std::chrono::duration<double>(status.last_setback.wait).count()}});
    }
    if (status.now == last_ && status.seconds < due_)
      return;
    last_ = status.now;
    due_ = status.seconds + every;
    auto event = progress_event(status);
    event["bytes_per_second"] = rate_.rate();
    write(event);
  }

private:
  void write(const nlohmann::json& event) {
    std::fprintf(to_, "%s\n", render(event).c_str());
  }

  std::FILE* to_;
  rate_window rate_;
  phase last_ = phase::ended;
  double due_ = 0;
  std::uint64_t setbacks_ = 0;
};

} // namespace

std::unique_ptr<progress_view> make_progress_view(progress_style style, std::FILE* to) {
  if (style == progress_style::automatic)
    style = ::isatty(::fileno(to)) != 0 ? progress_style::bar : progress_style::plain;
  switch (style) {
    case progress_style::bar: return std::make_unique<bar_view>(to);
    case progress_style::plain: return std::make_unique<plain_view>(to);
    case progress_style::json: return std::make_unique<json_view>(to);
    case progress_style::automatic:
    case progress_style::none: break;
  }
  return std::make_unique<silent_view>();
}

std::uint64_t done_bytes(const push_status& status) {
  auto confirmed
    = status.present.bytes + status.mounted.bytes + status.uploaded.bytes + status.resumed.bytes;
  return std::min(confirmed + status.in_flight_bytes, status.total.bytes);
}

const char* to_string(phase now) noexcept {
  switch (now) {
    case phase::reading: return "reading the source";
    case phase::reaching: return "reaching the registry";
    case phase::checking: return "checking";
    case phase::sending: return "sending";
    case phase::publishing: return "publishing the manifest";
    case phase::verifying: return "verifying";
    case phase::ended: return "ended";
  }
  return "";
}

std::string progress_line(const push_status& status, double rate) {
  std::string line = to_string(status.now);
  if (status.paused)
    line += ", paused";
  if (!status.waiting.empty())
    line += ", waiting: " + status.waiting;
  if (status.now != phase::sending && status.now != phase::checking)
    return line;
  const auto& s = status;
  const auto done = done_bytes(s);
  const auto confirmed = s.present.blobs + s.mounted.blobs + s.uploaded.blobs + s.resumed.blobs;
  const auto percent = s.total.bytes == 0 ? 100 : done * 100 / s.total.bytes;
  line += ": " + human_count(confirmed) + " of " + plural(s.total.blobs, "blob") + ", "
          + human_bytes(done) + " of " + human_bytes(s.total.bytes) + " (" + std::to_string(percent)
          + " %)";
  if (rate > 0)
    line += ", " + human_rate(rate);
  if (rate > 0 && done < s.total.bytes)
    line += ", " + human_duration(static_cast<double>(s.total.bytes - done) / rate) + " left";
  if (s.bodies_in_all != 0)
    line += ", " + std::to_string(s.bodies_in_all) + " on the wire";
  if (s.streams != 0)
    line += ", " + plural(s.streams, "upload") + " at most: the registry takes no more";
  if (s.held_seconds > 0)
    line += ", the registry asks us to wait " + human_duration(s.held_seconds);
  return line;
}

std::string setback_line(const push_status& status) {
  if (status.setbacks == 0)
    return {};
  std::string counts;
  for (const auto& retry : status.retries)
    counts += (counts.empty() ? "" : ", ") + human_count(retry.count) + " x " + retry.reason;
  auto wait = std::chrono::duration<double>(status.last_setback.wait).count();
  return "trying again in " + human_duration(wait) + " (" + counts
         + "): " + status.last_setback.detail;
}

} // namespace flotilla::app
