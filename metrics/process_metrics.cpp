#include "metrics/process_metrics.hpp"

#include "metrics/families.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace flotilla::metrics {

namespace {

using prometheus::MetricType;

/// Of /proc/self/stat (proc(5)).
struct process_times {
  double cpu_seconds = 0;
  double started_ticks = 0; ///< since the machine started
  double virtual_bytes = 0;
  double resident_bytes = 0;
};

std::optional<process_times> read_stat() {
  std::ifstream file{"/proc/self/stat"};
  std::string text;
  std::getline(file, text);
  const auto after_name = text.rfind(") "); // a name may hold anything
  if (after_name == std::string::npos)
    return std::nullopt;
  std::istringstream rest{text.substr(after_name + 2)};
  const std::vector<std::string> field{std::istream_iterator<std::string>{rest}, {}};
  constexpr std::size_t utime = 11, stime = 12, start = 19, vsize = 20, rss = 21; // from `state` on
  if (field.size() <= rss)
    return std::nullopt;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  process_times now;
  now.cpu_seconds = (std::stod(field[utime]) + std::stod(field[stime])) / ticks;
  now.started_ticks = std::stod(field[start]) / ticks;
  now.virtual_bytes = std::stod(field[vsize]);
  now.resident_bytes = std::stod(field[rss]) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return now;
}

/// Seconds since 1970 at which the machine started.
std::optional<double> boot_time() {
  std::ifstream file{"/proc/stat"};
  for (std::string line; std::getline(file, line);)
    if (line.rfind("btime ", 0) == 0)
      return std::stod(line.substr(6));
  return std::nullopt;
}

std::optional<double> open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator all{"/proc/self/fd", error};
  if (error)
    return std::nullopt;
  return static_cast<double>(std::distance(begin(all), end(all))
                             - 1); // but for the one just opened
}

std::optional<double> most_descriptors() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return std::nullopt;
  return files.rlim_cur == RLIM_INFINITY ? std::numeric_limits<double>::infinity()
                                         : static_cast<double>(files.rlim_cur);
}

} // namespace

std::vector<prometheus::MetricFamily> process_metrics::Collect() const {
  std::vector<prometheus::MetricFamily> all;
  const auto add
    = [&all](const char* name, const char* help, MetricType type, std::optional<double> value) {
        if (!value)
          return;
        all.push_back(family(name, help, type));
        add_sample(all.back(), {}, *value);
      };
  const auto stat = read_stat();
  const auto of_stat = [&stat](double process_times::*which) {
    return stat ? std::optional{(*stat).*which} : std::nullopt;
  };
  add("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
      MetricType::Counter, of_stat(&process_times::cpu_seconds));
  add("process_open_fds", "Number of open file descriptors.", MetricType::Gauge,
      open_descriptors());
  add("process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge,
      most_descriptors());
  add("process_virtual_memory_bytes", "Virtual memory size in bytes.", MetricType::Gauge,
      of_stat(&process_times::virtual_bytes));
  add("process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::Gauge,
      of_stat(&process_times::resident_bytes));
  auto started = boot_time();
  if (started && stat)
    *started += stat->started_ticks;
  add("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
      MetricType::Gauge, stat ? started : std::nullopt);
  return all;
}

} // namespace flotilla::metrics
