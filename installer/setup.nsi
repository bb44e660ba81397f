; The set-up: per user, without administrator rights, in Chinese; "/S" asks nothing.
;   /D=FOLDER        program folder (last on the line, without quotation marks)
;   /AUTOSTART       also start at log-on, hidden in the tray
; Exit codes: 0 done, 2 given up by the user, 3 Windows too old, 4 the program is running.
; Given by packing.py: VERSION NUMBERS FILES ICON SIZE_KB OUT, AMD64 and QUICK where they hold
Unicode true
!ifdef AMD64 ; Debian's NSIS has the 64-bit stubs, the one for Windows only those that run everywhere
  Target amd64-unicode
!endif
!ifdef QUICK ; a throw-away set-up for the trial
  SetCompress off
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 16
!endif
SetDateSave off
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10

!include MUI2.nsh
!include WinVer.nsh
!include FileFunc.nsh
!include LogicLib.nsh

!define TITLE "监管数据录入"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\jgclient"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define CLASSES "Software\Classes"

Name "${TITLE}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\jgclient"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
BrandingText "${TITLE} ${VERSION}"
VIProductVersion "${NUMBERS}"
VIAddVersionKey /LANG=2052 "ProductName" "监管数据录入离线客户端"
VIAddVersionKey /LANG=2052 "FileDescription" "监管数据录入离线客户端 安装程序"
VIAddVersionKey /LANG=2052 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=2052 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=2052 "LegalCopyright" "许可证见 licences 文件夹"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\jgclient.exe"
!define MUI_FINISHPAGE_RUN_TEXT "现在打开${TITLE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "SimpChinese"

; A loaded DLL cannot be opened for writing: so the version about to be written is in use. Another version may
; run on: the new one lies beside it and is used from the next start.
!macro REFUSE_WHILE_RUNNING FOLDER
  ${Do}
    ${IfNot} ${FileExists} "${FOLDER}\python\python311.dll"
      ${ExitDo}
    ${EndIf}
    ClearErrors
    FileOpen $R9 "${FOLDER}\python\python311.dll" a
    ${IfNot} ${Errors}
      FileClose $R9
      ${ExitDo}
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${TITLE}正在运行。$\r$\n$\r$\n请先关闭它（也看看屏幕右下角的图标），再点“重试”。录入的内容已随时保存，不会丢失。" /SD IDCANCEL IDRETRY +3
    SetErrorLevel 4
    Quit
  ${Loop}
!macroend

Function .onInit
  ${IfNot} ${AtLeastBuild} 17763
    MessageBox MB_OK|MB_ICONSTOP "本程序需要 Windows 10 1809（2018年10月更新）或更高版本的 64 位系统。$\r$\n$\r$\n请先升级 Windows，或换一台电脑安装；已有的数据文件可以原样带过去。" /SD IDOK
    SetErrorLevel 3
    Quit
  ${EndIf}
  Call ChooseParts
FunctionEnd

Section "程序文件（必需）" PART_PROGRAM
  SectionIn RO
  !insertmacro REFUSE_WHILE_RUNNING "$INSTDIR\app-${VERSION}"
  RMDir /r "$INSTDIR\app-${VERSION}"
  ; A running launcher can be renamed but not overwritten; jgclient/updating.py removes what is left.
  Delete "$INSTDIR\*.old"
  Rename "$INSTDIR\jgclient.exe" "$INSTDIR\jgclient.exe.old"
  Rename "$INSTDIR\jgclient-cli.exe" "$INSTDIR\jgclient-cli.exe.old"
  !include "${FILES}"
  Delete "$INSTDIR\*.old"
  Delete "$INSTDIR\next.txt"
  Delete "$INSTDIR\failed.txt"
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\${TITLE}.lnk" "$INSTDIR\jgclient.exe"
  Call WriteFileTypes
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "监管数据录入离线客户端"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\jgclient.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section "桌面图标" PART_DESKTOP
  CreateShortCut "$DESKTOP\${TITLE}.lnk" "$INSTDIR\jgclient.exe"
SectionEnd

Section /o "登录 Windows 时启动（收在屏幕右下角，按时提醒）" PART_AUTOSTART
  WriteRegStr HKCU "${RUN_KEY}" "jgclient" '"$INSTDIR\jgclient.exe" gui --tray'
SectionEnd

; An upgrade keeps what was chosen before.
Function ChooseParts
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/AUTOSTART" $R1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${PART_AUTOSTART}
  ${EndIf}
  ReadRegStr $R1 HKCU "${RUN_KEY}" "jgclient"
  ${If} $R1 != ""
    !insertmacro SelectSection ${PART_AUTOSTART}
  ${EndIf}
  ReadRegStr $R1 HKCU "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $R1 != ""
  ${AndIfNot} ${FileExists} "$DESKTOP\${TITLE}.lnk"
    !insertmacro UnselectSection ${PART_DESKTOP}
  ${EndIf}
FunctionEnd

!macro FILE_TYPE SUFFIX CLASS DESCRIPTION
  WriteRegStr HKCU "${CLASSES}\${SUFFIX}" "" "${CLASS}"
  WriteRegStr HKCU "${CLASSES}\${CLASS}" "" "${DESCRIPTION}"
  WriteRegStr HKCU "${CLASSES}\${CLASS}\DefaultIcon" "" "$INSTDIR\jgclient.exe,0"
  WriteRegStr HKCU "${CLASSES}\${CLASS}\shell\open\command" "" '"$INSTDIR\jgclient.exe" gui --open "%1"'
!macroend

Function WriteFileTypes
  !insertmacro FILE_TYPE ".jgp" "jgclient.Package" "监管数据包"
  !insertmacro FILE_TYPE ".jgr" "jgclient.Reply" "监管数据回执包"
  !insertmacro FILE_TYPE ".jgu" "jgclient.Update" "监管数据录入 更新包"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
FunctionEnd

; Uninstalling takes away the program only. The data stay unless that is asked for: by the question, whose
; answer is No beforehand, or by /DELETEDATA on the command line.
Var DeleteData

Function un.onInit
  StrCpy $DeleteData "no"
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/DELETEDATA" $R1
  ${If} ${Errors}
    MessageBox MB_YESNO|MB_DEFBUTTON2|MB_ICONQUESTION "要不要把录入的数据也一起删除？$\r$\n$\r$\n一般请选“否”：数据留在 $LOCALAPPDATA\jgclient，重新安装后可以接着用。选“是”会永久删除全部记录、草稿和回执，无法恢复。" /SD IDNO IDNO +2
    StrCpy $DeleteData "yes"
  ${Else}
    StrCpy $DeleteData "yes"
  ${EndIf}
FunctionEnd

Section "Uninstall"
  FindFirst $R0 $R1 "$INSTDIR\app-*"
  ${DoWhile} $R1 != ""
    !insertmacro REFUSE_WHILE_RUNNING "$INSTDIR\$R1"
    FindNext $R0 $R1
  ${Loop}
  FindClose $R0
  FindFirst $R0 $R1 "$INSTDIR\app-*"
  ${DoWhile} $R1 != ""
    RMDir /r "$INSTDIR\$R1"
    FindNext $R0 $R1
  ${Loop}
  FindClose $R0
  Delete "$INSTDIR\jgclient*.exe"
  Delete "$INSTDIR\*.old"
  Delete "$INSTDIR\current.txt"
  Delete "$INSTDIR\next.txt"
  Delete "$INSTDIR\trying.txt"
  Delete "$INSTDIR\failed.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${TITLE}.lnk"
  Delete "$DESKTOP\${TITLE}.lnk"
  DeleteRegValue HKCU "${RUN_KEY}" "jgclient"
  DeleteRegKey HKCU "${CLASSES}\.jgp"
  DeleteRegKey HKCU "${CLASSES}\.jgr"
  DeleteRegKey HKCU "${CLASSES}\.jgu"
  DeleteRegKey HKCU "${CLASSES}\jgclient.Package"
  DeleteRegKey HKCU "${CLASSES}\jgclient.Reply"
  DeleteRegKey HKCU "${CLASSES}\jgclient.Update"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  ${If} $DeleteData == "yes"
    RMDir /r "$LOCALAPPDATA\jgclient"
  ${EndIf}
SectionEnd
