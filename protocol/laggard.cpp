#include "protocol/laggard.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::protocol {

namespace {

/// A window is seen through so many points of each body.
constexpr int points_a_window = 16;
/// Short bodies are pooled up to such a part of a window, so that thousands of them are few.
constexpr int pools_a_window = 32;

double seconds(laggard_watch::moment::duration time) {
  return std::chrono::duration<double>{time}.count();
}

} // namespace

double laggard_watch::course::bytes_at(moment when) const {
  const auto later = [&](const point& x) { return x.at > when; };
  const auto next = std::find_if(points.begin(), points.end(), later);
  if (next == points.begin())
    return static_cast<double>(next->bytes);
  const auto& last = *std::prev(next);
  if (next == points.end())
    return static_cast<double>(last.bytes);
  const auto more = static_cast<double>(next->bytes - last.bytes);
  return static_cast<double>(last.bytes)
         + more * seconds(when - last.at) / seconds(next->at - last.at);
}

double laggard_watch::course::rate(moment from, moment to) const {
  return (bytes_at(to) - bytes_at(from)) / seconds(to - from);
}

laggard_watch::moment laggard_watch::before(moment now, double windows) const {
  return now - std::chrono::duration_cast<moment::duration>(terms_.window * windows);
}

void laggard_watch::begin(ticket which, body what, moment now) {
  under_way_[which] = {std::move(what), {{now, 0}}, now};
}

void laggard_watch::sent(ticket which, std::uint64_t bytes, moment now) {
  const auto found = under_way_.find(which);
  if (found == under_way_.end())
    return;
  auto& c = found->second;
  auto& points = c.points;
  if (bytes < c.sent())
    return restart(c, bytes, now);
  // The last point is where it is now; only when it has gone some way from the one before it stays.
  if (points.size() > 1 && now - points[points.size() - 2].at < terms_.window / points_a_window)
    points.back() = {now, bytes};
  else
    points.push_back({now, bytes});
  while (points.size() > 2 && points[1].at <= before(now, 1))
    points.pop_front();
}

void laggard_watch::restart(course& c, std::uint64_t bytes, moment now) {
  c.points.assign(1, {now, bytes});
  c.since = now;
}

void laggard_watch::held_back(ticket which, moment now) {
  const auto found = under_way_.find(which);
  if (found != under_way_.end())
    restart(found->second, found->second.sent(), now);
}

void laggard_watch::held_back(moment now) {
  for (auto& [which, c] : under_way_)
    restart(c, c.sent(), now);
  ended_.clear();
}

void laggard_watch::end(ticket which, moment now) {
  const auto node = under_way_.extract(which);
  if (node.empty())
    return;
  const auto& c = node.mapped();
  const auto from = std::max(c.since, before(now, 1));
  const past one{now, seconds(now - from), c.bytes_at(now) - c.bytes_at(from)};
  if (!ended_.empty() && ended_.back().seconds < terms_.window.count() / pools_a_window) {
    auto& pool = ended_.back();
    pool = {now, pool.seconds + one.seconds, pool.bytes + one.bytes};
  } else {
    ended_.push_back(one);
  }
  forget_before(before(now, 1));
}

void laggard_watch::forget_before(moment start) {
  while (!ended_.empty() && ended_.front().ended <= start)
    ended_.pop_front();
}

/// The lower median, each by its time: where two ways are as frequent, the slower one is usual.
std::optional<double> laggard_watch::siblings_rate(ticket of, moment now) const {
  const auto start = before(now, 1);
  std::vector<share> all;
  for (const auto& x : ended_)
    if (x.seconds > 0)
      all.push_back({x.bytes / x.seconds, std::min(x.seconds, seconds(x.ended - start))});
  for (const auto& [which, c] : under_way_)
    if (const auto from = std::max(c.since, start); which != of && from < now)
      all.push_back({c.rate(from, now), seconds(now - from)});
  double time = 0;
  for (const auto& x : all)
    time += x.seconds;
  if (time < terms_.siblings * terms_.window.count())
    return std::nullopt;
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.rate < b.rate; });
  double sum = 0;
  for (const auto& x : all)
    if (sum += x.seconds; sum >= time / 2)
      return x.rate;
  return std::nullopt;
}

bool laggard_watch::is_laggard(ticket which, const course& c, moment now) const {
  if (c.since > before(now, 1))
    return false;
  const auto known = cancelled_.find(c.what.blob);
  if ((known == cancelled_.end() ? 0 : known->second) >= terms_.most_per_blob)
    return false;
  const auto usual = siblings_rate(which, now);
  if (!usual || *usual <= 0)
    return false;
  // Of the later half, too: it may have been slow, and be well by now.
  const auto own = std::max(c.rate(before(now, 1), now), c.rate(before(now, 0.5), now));
  if (own >= terms_.far_below * *usual)
    return false;
  const auto sent = static_cast<double>(c.sent());
  const auto whole = static_cast<double>(c.what.length) + static_cast<double>(c.what.after);
  const auto again = terms_.restart.count() + whole / *usual;
  return sent < whole && whole - sent > own * terms_.gain * again;
}

std::vector<laggard_watch::ticket> laggard_watch::judge(moment now) {
  forget_before(before(now, 1));
  std::vector<ticket> named;
  for (const auto& [which, c] : under_way_)
    if (is_laggard(which, c, now))
      named.push_back(which);
  for (const auto which : named) {
    ++cancelled_[under_way_.at(which).what.blob];
    under_way_.erase(which);
  }
  return named;
}

} // namespace flotilla::protocol
