#include "bench/course.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <unistd.h>

namespace flotilla::bench {

void course::note(moment which) {
  const std::lock_guard<std::mutex> hold{lock_};
  auto& at = samples_.at(which);
  if (at)
    return;
  at = look();
  if (which == ended)
    over_.set_value();
}

void course::await_end() {
  over_.get_future().wait();
}

bool course::print() const {
  static constexpr std::array names{"asked", "granted", "confirmed", "ended"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!samples_.at(i))
      return false;
    const auto& at = *samples_.at(i);
    const std::chrono::duration<double> since = at.when - samples_.front()->when;
    std::printf("%s %.3f %.2f %s %s\n", names.at(i), since.count(), at.cpu_seconds,
                at.resident.c_str(), at.peak.c_str());
  }
  return true;
}

course::sample course::look() const {
  sample now{std::chrono::steady_clock::now(), cpu_seconds(), {}, {}};
  std::ifstream status{"/proc/" + pid_ + "/status"};
  for (std::string key; status >> key;)
    if (key == "VmRSS:")
      status >> now.resident;
    else if (key == "VmHWM:")
      status >> now.peak;
  return now;
}

/// The 14th and 15th field of `stat`; the 2nd, in brackets, may hold blanks.
double course::cpu_seconds() const {
  std::ifstream file{"/proc/" + pid_ + "/stat"};
  std::string line;
  std::getline(file, line);
  std::istringstream fields{line.substr(std::min(line.size(), line.rfind(')') + 1))};
  std::string skipped;
  for (int i = 3; i < 14; ++i)
    fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

} // namespace flotilla::bench
