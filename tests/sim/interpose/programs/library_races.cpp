// Races whose one side, or both, lie in code of the C++ library.
#include <cstring>
#include <list>
#include <map>
#include <string>
#include <thread>

namespace {
std::string text;
std::list<int> list;
std::map<int, int> map;

bool wanted(char** arguments, const char* name) {
  return arguments[1] != nullptr && std::strcmp(arguments[1], name) == 0;
}
}  // namespace

int main(int, char** arguments) {
  std::thread other([arguments] {
    if (wanted(arguments, "string_cxx17")) {
      text.append(40, 'x');
    } else if (wanted(arguments, "list_links")) {
      list.push_back(1);
    } else if (wanted(arguments, "map_links")) {
      map[1] = 2;
    }
  });
  if (wanted(arguments, "string_cxx17")) {
    text.append(3, 'y');
  } else if (wanted(arguments, "list_links")) {
    list.push_back(2);
  } else if (wanted(arguments, "map_links")) {
    static_cast<void>(map.count(5));
  }
  other.join();
}
