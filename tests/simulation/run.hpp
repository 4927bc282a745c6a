#pragma once

#include "tests/simulation/client.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/watch.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace flotilla::simulation {

/// How a run ended.
struct outcome {
  std::optional<violation> broken; ///< nothing: all went as it must
  std::uint64_t trace = 0;
  std::uint64_t steps = 0;
  std::chrono::milliseconds lasted{0}; ///< virtual
  protocol::errc how = protocol::errc::none;
};

/// One scenario from the first message to the push's end: who is there, and what befalls them.
class run {
public:
  explicit run(const scenario& of);
  ~run();
  run(const run&) = delete;
  run& operator=(const run&) = delete;

  /// Every line is shown.
  void speak_up() noexcept {
    stage_.speak_up();
  }
  /// To its end; once.
  outcome play();

private:
  void furnish();
  void begin_faults();
  void befall(const fault& x);
  void lose_blob(const std::string& digest, bool cannot_say_so);
  void befall_process(const fault& x);
  void start_head();
  void start_node(std::size_t number);
  void crash_head(const fault& x);
  void crash_node(const fault& x);
  void cut_link(const fault& x);
  span notice_in(bool silently);
  void tell(const std::shared_ptr<link>& over, link::end where, span soon);
  void on_dial(std::size_t number, const worker_process::answer& answer);
  bool is_over() const;
  bool all_are_here() const;

  const scenario of_;
  stage stage_;
  weather weather_;
  registry registry_;
  internet internet_;
  disk disk_;
  shelf shelf_;
  watch watch_;
  place place_;
  client client_;
  std::unique_ptr<head_process> head_;                 ///< null while there is none
  std::vector<std::unique_ptr<worker_process>> nodes_; ///< null likewise
  std::vector<std::unique_ptr<process>> dead_;         ///< their lines are still referred to
  std::vector<moment> joined_;                         ///< when each came last
  std::vector<moment> unreachable_until_;              ///< the head, for each node
  std::vector<unsigned> lives_;                        ///< of each node
};

outcome play(const scenario& of, bool loud = false);

} // namespace flotilla::simulation
