/* jgclient.exe and jgclient-cli.exe: choose the version to run, load its Python into this process, run it.

   The program's folder holds one folder a version, app-<version>, and small text files with one line each:
     current.txt  the version that is known to come up
     next.txt     a version that was put beside it by an update and has not come up yet
     trying.txt   held open by the process that tries it
     failed.txt   a version that did not come up
   A new version says so itself when its window is up (jgclient/updating.py: confirm). One that ends without
   having said so is given up, and the version before it runs again. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define PATH_MOST 32768
#define VERSION_MOST 40
#ifndef MODULE
#define MODULE L"jgclient"
#endif
#define OLDEST_BUILD 17763 /* Windows 10 1809: the floor of Qt 6.11 */

typedef int (*PyMain)(int, wchar_t **);
typedef LONG (WINAPI *GetVersionFunction)(OSVERSIONINFOW *);

static wchar_t home[PATH_MOST];

static int refuse(const wchar_t *text)
{
#ifdef WINDOW
    MessageBoxW(NULL, text, L"监管数据录入", MB_ICONERROR | MB_SETFOREGROUND);
#else
    char bytes[4096];
    HANDLE out = GetStdHandle(STD_ERROR_HANDLE);
    DWORD done;
    if (!WriteConsoleW(out, text, (DWORD)wcslen(text), &done, NULL)) {
        int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
        if (size > 1)
            WriteFile(out, bytes, (DWORD)size - 1, &done, NULL);
    }
#endif
    return 1;
}

static int windows_is_too_old(void)
{
    OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof version};
    GetVersionFunction get =
        (GetVersionFunction)(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion");
    if (get == NULL || get(&version) != 0)
        return 0;
    return version.dwMajorVersion < 10 || version.dwBuildNumber < OLDEST_BUILD;
}

static void in_home(wchar_t *path, const wchar_t *name)
{
    _snwprintf(path, PATH_MOST, L"%ls\\%ls", home, name);
    path[PATH_MOST - 1] = 0;
}

/* One line of letters, digits and dots; anything else is as good as no file. */
static int read_version(const wchar_t *name, wchar_t *version)
{
    static wchar_t path[PATH_MOST];
    char text[VERSION_MOST] = "";
    DWORD size = 0;
    in_home(path, name);
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return 0;
    ReadFile(file, text, VERSION_MOST - 1, &size, NULL);
    CloseHandle(file);
    DWORD n = 0;
    for (; n < size && text[n] != '\r' && text[n] != '\n'; n++) {
        if (!strchr("0123456789abcdefghijklmnopqrstuvwxyz.", text[n]))
            return 0;
        version[n] = (wchar_t)text[n];
    }
    version[n] = 0;
    return n > 0;
}

#ifdef WINDOW
static void give_up(const wchar_t *version)
{
    static wchar_t path[PATH_MOST];
    char text[VERSION_MOST];
    DWORD done;
    in_home(path, L"failed.txt");
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (file != INVALID_HANDLE_VALUE) {
        int size = _snprintf(text, sizeof text, "%ls\n", version);
        WriteFile(file, text, (DWORD)size, &done, NULL);
        FlushFileBuffers(file);
        CloseHandle(file);
    }
    in_home(path, L"next.txt");
    DeleteFileW(path);
}

/* Whether to try `version` now. The file stays open while it is tried, so that a second start in the meantime
   can tell a trial that goes on from one that ended badly. */
static int may_try(const wchar_t *version, HANDLE *trial)
{
    static wchar_t path[PATH_MOST];
    in_home(path, L"trying.txt");
    *trial = CreateFileW(path, GENERIC_WRITE, 0, NULL, OPEN_ALWAYS, 0, NULL);
    if (*trial == INVALID_HANDLE_VALUE)
        return GetLastError() == ERROR_SHARING_VIOLATION;
    if (GetLastError() != ERROR_ALREADY_EXISTS)
        return 1;
    CloseHandle(*trial);
    *trial = INVALID_HANDLE_VALUE;
    DeleteFileW(path);
    give_up(version);
    return 0;
}

static void end_trial(HANDLE trial, const wchar_t *version)
{
    static wchar_t path[PATH_MOST], next[VERSION_MOST];
    CloseHandle(trial);
    in_home(path, L"trying.txt");
    DeleteFileW(path);
    if (!read_version(L"next.txt", next) || wcscmp(next, version) != 0)
        return; /* it came up and said so */
    give_up(version);
    STARTUPINFOW how = {.cb = sizeof how};
    PROCESS_INFORMATION started;
    if (CreateProcessW(NULL, GetCommandLineW(), NULL, NULL, FALSE, 0, NULL, NULL, &how, &started)) {
        CloseHandle(started.hThread);
        CloseHandle(started.hProcess);
    }
}
#endif

static int run(const wchar_t *version, int count, wchar_t **words)
{
    static wchar_t folder[PATH_MOST], path[PATH_MOST];
    _snwprintf(folder, PATH_MOST, L"%ls\\app-%ls\\python", home, version);
    _snwprintf(path, PATH_MOST, L"%ls\\" PYTHON_TAG L".dll", folder);
    AddDllDirectory(folder);
    HMODULE python = LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    PyMain main_of = python ? (PyMain)(void *)GetProcAddress(python, "Py_Main") : NULL;
    if (main_of == NULL) {
        static wchar_t text[PATH_MOST];
        _snwprintf(text, PATH_MOST,
            L"程序文件不完整：%ls 打不开（错误 %lu）。\n\n请重新运行安装程序；录入的数据不受影响。\n", path, GetLastError());
        return refuse(text);
    }
    wchar_t **all = calloc((size_t)count + 5, sizeof *all);
    int n = 0;
    all[n++] = words[0];
    all[n++] = L"-X";
    all[n++] = L"utf8";
    all[n++] = L"-m";
    all[n++] = MODULE;
    for (int i = 1; i < count; i++)
        all[n++] = words[i];
    return main_of(n, all);
}

static int start(int count, wchar_t **words)
{
    static wchar_t current[VERSION_MOST], asked[VERSION_MOST];
    if (windows_is_too_old())
        return refuse(L"本程序需要 Windows 10 1809（2018年10月更新）或更高版本的 64 位系统。\n\n"
                      L"请先升级 Windows，或换一台电脑使用；数据文件可以原样带过去。\n");
    DWORD length = GetModuleFileNameW(NULL, home, PATH_MOST);
    while (length > 0 && home[length - 1] != L'\\')
        length--;
    home[length ? length - 1 : 0] = 0;
    /* An update is tried out before it is used (jgclient/updating.py: tried_out). */
    DWORD size = GetEnvironmentVariableW(L"JGCLIENT_TRY", asked, VERSION_MOST);
    if (size > 0 && size < VERSION_MOST)
        return run(asked, count, words);
#ifdef WINDOW
    static wchar_t next[VERSION_MOST];
    HANDLE trial = INVALID_HANDLE_VALUE;
    if (read_version(L"next.txt", next) && may_try(next, &trial)) {
        int code = run(next, count, words);
        if (trial != INVALID_HANDLE_VALUE)
            end_trial(trial, next);
        return code;
    }
#endif
    if (!read_version(L"current.txt", current))
        return refuse(L"程序文件不完整：找不到 current.txt。\n\n请重新运行安装程序；录入的数据不受影响。\n");
    return run(current, count, words);
}

#ifdef WINDOW
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE none, wchar_t *line, int show)
{
    (void)instance, (void)none, (void)line, (void)show;
    return start(__argc, __wargv);
}
#else
int wmain(int count, wchar_t **words)
{
    return start(count, words);
}
#endif
