#include "tests/system/chaos/trial.hpp"

#include "tests/system/chaos/arena.hpp"
#include "tests/system/chaos/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <list>
#include <random>
#include <thread>
#include <utility>

namespace flotilla::test {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds glance{5};
/// Where nothing comes to the registry for so long, the next blow does not wait for it.
constexpr std::chrono::milliseconds patience{1500};
/// A push that takes longer hangs.
constexpr std::chrono::seconds longest{100};

/// Bytes without a pattern, eight at a time.
std::string quick_noise(std::uint64_t seed, std::size_t size) {
  std::mt19937_64 random{seed};
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const auto next = random();
    std::memcpy(bytes.data() + at, &next, std::min(sizeof next, size - at));
  }
  return bytes;
}

std::vector<part> layers_of_m() {
  constexpr int count = 400;
  constexpr double least = 4096;
  constexpr double ratio = 256;
  std::vector<part> all;
  for (int i = 0; i < count; ++i) {
    const auto place = (i * 149) % count; // large and small mixed, as in a model
    const auto size = least * std::pow(ratio, static_cast<double>(place) / (count - 1));
    all.push_back(
      layer(quick_noise(static_cast<std::uint64_t>(i), static_cast<std::size_t>(size))));
  }
  return all;
}

/// One push, from the first client to the comparison.
class trial {
public:
  trial(const chaos_model& model, std::uint64_t seed)
    : model_(model), arena_(model.flotilla()), left_(make_list(seed)) {
    result_.seed = seed;
  }
  trial_result run();

private:
  struct due {
    steady::time_point when;
    blow what;
  };

  static std::list<blow> make_list(std::uint64_t seed) {
    const auto all = blows_of(seed);
    return {all.begin(), all.end()};
  }
  void begin_push() {
    arena_.begin_push(model_.source());
    ++result_.runs;
  }
  bool is_time_for_the_next();
  void strike();
  void undo_what_is_due(bool all);
  bool follow();
  void on_client_end();
  void conclude();

  const chaos_model& model_;
  arena arena_;
  std::list<blow> left_;
  std::list<due> down_;
  bool client_was_ended_ = false; ///< by a blow
  std::uint64_t sent_ = 0;
  steady::time_point begin_ = steady::now();
  steady::time_point moved_ = begin_; ///< when something last came to the registry
  trial_result result_;
};

bool trial::is_time_for_the_next() {
  const auto sent = arena_.sent();
  if (sent != std::exchange(sent_, sent))
    moved_ = steady::now();
  if (left_.empty())
    return false;
  const auto bound = left_.front().at * static_cast<double>(model_.bytes());
  return static_cast<double>(sent) >= bound || steady::now() - moved_ > patience;
}

void trial::strike() {
  const auto next = left_.front();
  left_.pop_front();
  moved_ = steady::now();
  if (!arena_.strike(next))
    return;
  result_.fallen.push_back(describe(next));
  client_was_ended_ |= next.whom == victim::client
                       && (next.how == blow_kind::kill || next.how == blow_kind::reopen);
  const bool lasts = next.how != blow_kind::cut;
  down_.push_back({steady::now() + (lasts ? next.pause : glance), next});
}

void trial::undo_what_is_due(bool all) {
  for (auto each = down_.begin(); each != down_.end();)
    if (all || steady::now() >= each->when) {
      arena_.undo(each->what);
      each = down_.erase(each);
    } else {
      ++each;
    }
}

/// @returns false when it is over.
bool trial::follow() {
  if (steady::now() - begin_ > longest) {
    result_.trouble.emplace_back("it hangs");
    return false;
  }
  undo_what_is_due(false);
  if (arena_.client().ended()) {
    const auto status = arena_.client().wait().status;
    if (status == 0)
      return false;
    if (result_.runs > 1) {
      result_.trouble.push_back("one more run ended with " + std::to_string(status));
      return false;
    }
    on_client_end();
  }
  if (is_time_for_the_next())
    strike();
  std::this_thread::sleep_for(glance);
  return true;
}

/// The user says it once more when all that was wrong is over. The fleet goes on with a push whose
/// client was killed, so what is left still falls; on one that has ended nothing can.
void trial::on_client_end() {
  if (!client_was_ended_)
    left_.clear();
  if (left_.empty() && down_.empty())
    begin_push();
}

trial_result trial::run() {
  begin_push();
  while (follow()) {
  }
  undo_what_is_due(true);
  conclude();
  return std::move(result_);
}

void trial::conclude() {
  if (result_.trouble.empty())
    result_.trouble
      = differences(arena_.there().address(), arena_.repository(), "v1", model_.layout());
  result_.seconds = std::chrono::duration<double>(steady::now() - begin_).count();
  result_.logs = arena_.logs();
}

} // namespace

chaos_model::chaos_model() {
  const small_model made{home_, layers_of_m()};
  bytes_ = made.bytes();
}

trial_result try_push(const chaos_model& model, std::uint64_t seed) {
  return trial{model, seed}.run();
}

std::string summary(const trial_result& of) {
  char seconds[16];
  std::snprintf(seconds, sizeof seconds, "%5.1f s", of.seconds);
  auto line
    = "seed " + std::to_string(of.seed) + ": "
      + (of.trouble.empty() ? of.runs == 1 ? "equal" : "equal after one more run" : "FAILED") + ", "
      + seconds + "; ";
  for (const auto& each : of.fallen)
    line += (line.back() == ' ' ? "" : ", ") + each;
  for (const auto& each : of.trouble)
    line += "\n    " + each;
  return line;
}

} // namespace flotilla::test
