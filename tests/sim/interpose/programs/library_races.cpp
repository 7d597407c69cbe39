// Races whose one side, or both, lie in code of the C++ library.
#include <cassert>
#include <cstring>
#include <list>
#include <map>
#include <memory_resource>
#include <string>
#include <thread>

namespace {
std::string text;
std::list<int> list;
std::map<int, int> map;
std::pmr::monotonic_buffer_resource arena;

bool wanted(char** arguments, const char* name) {
  return arguments[1] != nullptr && std::strcmp(arguments[1], name) == 0;
}

void arena_user() {
  std::pmr::memory_resource& resource = arena;
  static_cast<void>(resource.allocate(8));
}
}  // namespace

int main(int, char** arguments) {
  list = {1, 2, 3};
  std::thread other([arguments] {
    if (wanted(arguments, "string_cxx17")) {
      text.append(40, 'x');
    } else if (wanted(arguments, "list_links")) {
      list.push_back(1);
    } else if (wanted(arguments, "map_links")) {
      map[1] = 2;
    } else if (wanted(arguments, "list_splice")) {
      list.splice(list.begin(), list, --list.end());
    } else if (wanted(arguments, "arena")) {
      arena_user();
    }
  });
  if (wanted(arguments, "string_cxx17")) {
    text.append(3, 'y');
  } else if (wanted(arguments, "list_links")) {
    list.push_back(2);
  } else if (wanted(arguments, "map_links")) {
    static_cast<void>(map.count(5));
  } else if (wanted(arguments, "list_splice")) {
    assert(list.front() != 0);
  } else if (wanted(arguments, "arena")) {
    arena_user();
  }
  other.join();
}
