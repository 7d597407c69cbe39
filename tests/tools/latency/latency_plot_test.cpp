// latency.py draws what it is given: a table with every figure, and a plot that is XML.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "well_formed_xml.h"

namespace lockstep::latency {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(LatencyPlot, shows_every_figure_in_table_and_plot) {
  std::string name = (fs::temp_directory_path() / "lockstep-latency-XXXXXX").string();
  const fs::path place = mkdtemp(name.data());
  std::ofstream(place / "given.json") << R"({
    "command": "python3 tools/latency.py --loads 10 1000", "machine": "a machine", "seconds": 80, "seconds_lacking": 24,
    "proof_ms": 500, "figures": [
    {"world": "virtual", "load": 10, "cures": "all cures", "note": "all held",
     "late_ms": {"p50": 0, "p99": 1.5, "p999": 2, "max": 2.25}},
    {"world": "virtual", "load": 10, "cures": "no chain thread", "note": "a head lags",
     "late_ms": {"p50": 0, "p99": 16000, "p999": 17000, "max": 1e9}},
    {"world": "threads", "load": 1000, "cures": "all cures", "note": "7 votes accepted", "ticks": 31,
     "late_ms": {"p50": 0.1, "p99": 1, "p999": 3, "max": 3}}]})";
  const std::string command = "python3 " LOCKSTEP_SOURCE_DIR "/tools/latency.py --from " +
                              (place / "given.json").string() + " --out " + place.string() + " > " +
                              (place / "said").string();
  ASSERT_EQ(std::system(command.c_str()), 0) << content_of(place / "said");

  const std::string table = content_of(place / "latency.md");
  EXPECT_NE(table.find("| virtual time | 10 | all cures | 0.000 | 1.500 | 2.000 | 2.250 | all held |\n"),
            std::string::npos)
      << table;
  EXPECT_NE(
      table.find("| OS threads | 1000 | all cures | 0.100 | 1.000 | 3.000 | 3.000 | 7 votes accepted |\n"),
      std::string::npos);
  const std::string plot = content_of(place / "latency.svg");
  EXPECT_EQ(tools::why_not_well_formed(plot), "");
  EXPECT_EQ(tools::count_elements(plot, "circle"), 3);
  fs::remove_all(place);
}

}  // namespace
}  // namespace lockstep::latency
