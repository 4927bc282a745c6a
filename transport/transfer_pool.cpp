#include "transport/transfer_pool.hpp"

#include <algorithm>

namespace flotilla::transport {

namespace {

/// How often stalls are looked for: several times within the shortest limit.
std::chrono::milliseconds rounds_of(const engine_options& options) {
  return std::clamp(std::min(options.stall_timeout, options.answer_timeout) / 8,
                    std::chrono::milliseconds{10}, std::chrono::milliseconds{1000});
}

} // namespace

void refuse(const order& what, protocol::failure why) {
  what.done({protocol::no_response{std::move(why), 0, false}});
}

protocol::failure no_resources() {
  return {protocol::errc::internal,
          "the system has no descriptors, threads or memory left to send requests",
          "raise the limit of open files"};
}

transfer_pool::transfer_pool(const engine_options& options, engine_meters& meters)
  : options_(options), meters_(meters), loop_(options.connections),
    gate_(options.bandwidth, clock::now()) {
}

void transfer_pool::limit_bandwidth(std::uint64_t rate) {
  gate_.set_rate(rate, clock::now());
}

void transfer_pool::limit_bandwidth(std::uint32_t lane, std::uint64_t rate) {
  gate_.set_rate(lane, rate, clock::now());
}

void transfer_pool::cancel(const cancellation& what) {
  std::vector<CURL*> ended;
  for (const auto& [easy, x] : under_way_)
    if (what.concerns(x->request()))
      ended.push_back(easy);
  for (auto* easy : ended)
    break_off(easy, what.why);
}

void transfer_pool::turn() {
  loop_.turn(next_duty());
  hand_back();
  let_bodies_go_on();
  give_up_stalled();
}

void transfer_pool::start(order what) {
  auto handle = handle_for_use();
  if (!handle)
    return refuse(what, no_resources());
  auto fresh = std::make_unique<transfer>(
    std::move(what), surroundings{options_, proxies_, gate_, meters_}, std::move(handle));
  if (auto bad = fresh->prepare()) {
    auto how = fresh->outcome(std::move(*bad));
    return answer(std::move(fresh), std::move(how));
  }
  add(std::move(fresh));
}

easy_handle transfer_pool::handle_for_use() {
  if (idle_.empty())
    return easy_handle{curl_easy_init()};
  auto handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

void transfer_pool::add(std::unique_ptr<transfer> fresh) {
  if (loop_.add(fresh->easy()) != CURLM_OK) {
    auto how = fresh->outcome(no_resources());
    return answer(std::move(fresh), std::move(how));
  }
  under_way_.emplace(fresh->easy(), std::move(fresh));
}

std::unique_ptr<transfer> transfer_pool::retire(CURL* easy) {
  loop_.remove(easy);
  auto node = under_way_.extract(easy);
  node.mapped()->count_connections();
  return std::move(node.mapped());
}

void transfer_pool::answer(std::unique_ptr<transfer> ended, protocol::http_outcome how) {
  if (idle_.size() < static_cast<std::size_t>(std::max(options_.connections, 0L)))
    idle_.push_back(ended->give_back_handle());
  ended->done()(std::move(how));
}

template <class Reason>
void transfer_pool::break_off(CURL* easy, const Reason& why) {
  auto ended = retire(easy);
  auto how = ended->outcome(why);
  answer(std::move(ended), std::move(how));
}

void transfer_pool::hand_back() {
  while (auto finished = loop_.next_finished()) {
    auto ended = retire(finished->easy);
    if (ended->try_again_after(finished->code)) {
      add(std::move(ended));
      continue;
    }
    auto how = ended->outcome(finished->code);
    answer(std::move(ended), std::move(how));
  }
}

void transfer_pool::let_bodies_go_on() {
  released_.clear();
  gate_.release(clock::now(), released_);
  for (auto* ticket : released_)
    curl_easy_pause(static_cast<transfer*>(ticket->owner)->easy(), CURLPAUSE_CONT);
}

void transfer_pool::give_up_stalled() {
  const auto now = clock::now();
  if (now < next_round_)
    return;
  next_round_ = now + rounds_of(options_);
  std::vector<std::pair<CURL*, progress_clock::verdict>> given_up;
  for (auto& [easy, x] : under_way_)
    if (const auto verdict = x->check(now); verdict != progress_clock::verdict::fine)
      given_up.emplace_back(easy, verdict);
  for (const auto& [easy, verdict] : given_up)
    break_off(easy, verdict);
}

std::optional<time_point> transfer_pool::next_duty() const {
  auto due = gate_.due(clock::now());
  if (!under_way_.empty())
    due = due ? std::min(*due, next_round_) : next_round_;
  return due;
}

void transfer_pool::answer_all(const protocol::failure& why) {
  while (!under_way_.empty())
    break_off(under_way_.begin()->first, why);
}

} // namespace flotilla::transport
