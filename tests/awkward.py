"""Notebooks that show whether a fork does as a kernel does: what a cell can do, topic by topic."""

from __future__ import annotations

from tests.notebook_runs import Cell

FAILS = "raises-exception"
"""The tag of a cell after whose error the next cell runs."""
WAIT = "import time; time.sleep(0.5)"
"""Time for an ordinary kernel to take in what was written to descriptors: it may be late."""

TOPICS: dict[str, list[Cell]] = {
    "displays that are updated": [
        "from IPython.display import HTML, clear_output, display, update_display\n"
        "handle = display('one', display_id='x')\n"
        "display('again', display_id='x')",
        "update_display('two', display_id='x')\nhandle.update(HTML('<b>three</b>'))",
        "print('gone'); clear_output(); print('stays')",
        "for n in range(3):\n    clear_output(wait=True)\n    display(n)",
        "display({'text/plain': 'raw', 'text/html': '<i>raw</i>'}, raw=True, metadata={'a': 1})",
    ],
    "outputs that are captured": [
        "%%capture taken\n"
        "import sys\n"
        "from IPython.display import display\n"
        "print('out'); print('error', file=sys.stderr); display('shown')\n7",
        "taken.stdout, taken.stderr, taken.outputs",
        "taken.show()",
        "import contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()) as text:\n    print('elsewhere')\n"
        "text.getvalue()",
        "%%capture\n1 / 0",
    ],
    "rich reprs": [
        "class Rich:\n"
        "    def _repr_html_(self): return '<b>rich</b>'\n"
        "    def _repr_markdown_(self): return '**rich**'\n"
        "    def _repr_latex_(self): return '$r$'\n"
        "    def _repr_json_(self): return {'a': [1, (2, 3)]}\n"
        "    def _repr_png_(self): return b'\\x89PNG\\r\\n\\x1a\\n0000'\n"
        "    def __repr__(self): return 'rich'\n"
        "Rich()",
        "class Bundle:\n"
        "    def _repr_mimebundle_(self, **_):\n"
        "        return {'application/x+json': {'n': (1, 2), 3: None}}, {'a': 1}\n"
        "Bundle()",
        "class Half:\n"
        "    def _repr_html_(self): raise ValueError('no')\n"
        "    def __repr__(self): return 'half'\n"
        "Half()",
        "{'a': [1, 2, 3] * 40}, float('nan'), 'é'",
        "None",
        "1;",
        "_, In[4], len(Out)",
        (
            "class Bad:\n    def __repr__(self): raise ValueError('bad')\nBad()",
            FAILS,
        ),
    ],
    "frames and charts": [
        "import altair as alt, pandas as pd\n"
        "wide = pd.DataFrame([[row * column for column in range(40)] for row in range(3)])\n"
        "wide",
        "print(wide)",
        "pd.DataFrame({'x': range(200)})",
        "pd.get_option('display.max_columns'), pd.get_option('display.width')",
        "alt.Chart(pd.DataFrame({'a': [1, 2], 'b': [3, 4]})).mark_bar().encode(x='a', y='b')",
    ],
    "both streams": [
        "import logging, sys, warnings\nprint('a'); print('b', file=sys.stderr); print('c')",
        "warnings.warn('careful')",
        "warnings.warn('old', DeprecationWarning)",
        "logging.warning('logged'); logging.getLogger('x').error('named'); logging.info('unseen')",
        "sys.stdout.write('no end of line'); sys.stdout.flush(); sys.stderr.write('x')",
        "print('carriage\\rreturn', end='')",
        "import tqdm\nfor _ in tqdm.tqdm(range(2), bar_format='{l_bar}'): pass",
        "sys.stdout.isatty(), sys.stdout.encoding, sys.stderr.name",
    ],
    "descriptors": [
        f"import os, subprocess\nprint('a'); os.system('echo b'); {WAIT}; print('c')",
        f"subprocess.run(['sh', '-c', 'echo d; echo e >&2']); {WAIT}",
        f"os.write(1, 'ü€\\n'.encode()); {WAIT}",
        f"import ctypes\nc = ctypes.CDLL(None); c.puts(b'from C'); c.fflush(None); {WAIT}",
        f"os.write(1, b'z' * 200_000 + b'\\n'); {WAIT}",
        "!echo from a shell; echo and its errors >&2",
        "lines = !printf 'x\\ny'\nlines",
        "%%bash\necho bash",
        ("%%sh\nexit 3", FAILS),
        "%%python\nprint('another Python')",
    ],
    "an exception": [
        "print('before')",
        "def f(): return 1 / 0\n\nf()",
        "print('never')",
    ],
    "exceptions that are allowed": [
        ("1 +", FAILS),
        ("import nothing_of_this_name", FAILS),
        (
            "try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError('chained') from e",
            FAILS,
        ),
        ("assert False, 'no'", FAILS),
        ("class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute", FAILS),
        ("raise ExceptionGroup('several', [ValueError(1), TypeError(2)])", FAILS),
        ("raise KeyboardInterrupt", FAILS),
        ("raise SystemExit(3)", FAILS),
        ("%nothing_magic", FAILS),
        ("exec('raise ValueError(1)')", FAILS),
        ("%xmode Plain\n1 / 0", FAILS),
        ("input('?')", FAILS),
        ("import getpass; getpass.getpass()", FAILS),
        ("import sys; sys.stdin.read()", FAILS),
        ("breakpoint()", FAILS),
        "'goes on'",
    ],
    "sys.exit": ["print('before')", "import sys\nsys.exit(0)", "print('never')"],
    "sys.exit with a reason": ["import sys\nsys.exit('why')", "print('never')"],
    "threads": [
        "import threading\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from IPython.display import display\n"
        "for n in range(3):\n"
        "    thread = threading.Thread(target=print, args=('thread', n))\n"
        "    thread.start(); thread.join()",
        "pool = ThreadPoolExecutor(2)\nlist(pool.map(abs, range(-3, 0)))",
        "pool.submit(print, 'in a later cell').result()",
        "pool.submit(display, 'shown by a thread').result()",
        "end = threading.Event()\n"
        "late = threading.Thread(target=lambda: (end.wait(), print('late')))\n"
        "late.start()",
        "end.set(); late.join()",
        "def fail(): raise ValueError('in a thread')\n"
        "thread = threading.Thread(target=fail, name='T'); thread.start(); thread.join()",
        "threading.current_thread() is threading.main_thread()",
    ],
    "processes": [
        "import multiprocessing, os\n"
        "fork = multiprocessing.get_context('fork')\n"
        "with fork.Pool(2) as pool: print(sorted(pool.map(abs, [-1, -2])))",
        "child = fork.Process(target=print, args=('in a process',), kwargs={'flush': True})\n"
        f"child.start(); child.join(); {WAIT}",
        "number = os.fork()\n"
        "if number == 0:\n    os.write(1, b'forked\\n'); os._exit(0)\n"
        f"status = os.waitpid(number, 0)[1]; {WAIT}\n"
        "status",
        "os.getpid() == os.getpgid(0)",
        "os.getppid() == int(os.environ['JPY_PARENT_PID'])",
    ],
    "large outputs": [
        "print('x' * 3_000_000)",
        "for n in range(20_000): print(n)",
        "from IPython.display import HTML, display\nHTML('<p>' * 500_000)",
        "import sys\nfor n in range(100):\n    print(n); print(n, file=sys.stderr); display(n)",
        "display({'application/x+json': list(range(100_000))}, raw=True)",
    ],
    "await": [
        "import asyncio, contextvars\nawait asyncio.sleep(0.01)\nprint('slept')\n1",
        "ticks = []\n"
        "async def slow():\n"
        "    for n in range(3):\n        await asyncio.sleep(0.01)\n        ticks.append(n)\n"
        "task = asyncio.create_task(slow())",
        "await task\nticks",
        "await asyncio.gather(*(asyncio.sleep(0.01, n) for n in range(3)))",
        "async with asyncio.timeout(1): print('in time')",
        "kept = contextvars.ContextVar('kept', default=0)\ntoken = kept.set(3)",
        "kept.get()",
        "asyncio.get_running_loop().is_running()",
        "process = await asyncio.create_subprocess_exec('true')\nawait process.wait()",
        ("asyncio.run(slow())", FAILS),
        ("await slow(nothing=1)", FAILS),
    ],
    "magics": [
        "%%writefile beside.py\nprint('run as', __name__)\nVALUE = 4",
        "%run beside.py",
        "import beside\nbeside.VALUE",
        "%who",
        "%env A_NAME=1",
        "import os\nos.environ['A_NAME'], os.path.basename(os.getcwd())",
        "%cat beside.py",
        "%history -n 1-3",
        "%precision 2",
        "3.14159",
        "%%html\n<b>x</b>",
        "%%javascript\nalert(1)",
        "%autosave 0",
        "%load_ext autoreload\n%autoreload 2",
        "%%timeit -n1 -r1 -q\n1",
        "len?",
    ],
    "widgets": [
        "import comm\n"
        "def widget(name, module, id, **state):\n"
        "    state |= {'_model_name': name, '_model_module': '@jupyter-widgets/' + module}\n"
        "    state |= {'_model_module_version': '1'}\n"
        "    return comm.create_comm('jupyter.widget', data={'state': state}, comm_id=id)\n"
        "slider = widget('IntSliderModel', 'controls', 'a', value=3)",
        "data = {'method': 'update', 'state': {'value': 5}, 'buffer_paths': [['image']]}\n"
        "slider.send(data, buffers=[b'bytes'])",
    ],
    "a kernel to whoever asks": [
        "import logging, os, pickle, signal, sys\n"
        "ip = get_ipython()\n"
        "type(ip).__name__, hasattr(ip, 'kernel'), 'IPKernelApp' in ip.config, __name__",
        "class Own: pass\ntype(pickle.loads(pickle.dumps(Own()))) is Own",
        "sys.modules['__main__'].__dict__ is globals(), sorted(globals())",
        "os.path.basename(sys.argv[0]), '' in sys.path",
        "[signal.getsignal(number) for number in (signal.SIGINT, signal.SIGPIPE)]",
        "logging.root.handlers, logging.root.level, sys.displayhook, sys.excepthook.__name__",
        "{n: os.environ[n] for n in ('TERM', 'PAGER', 'FORCE_COLOR', 'MPLBACKEND')}",
        "from tqdm.auto import tqdm\ntqdm.__mro__[1].__module__",
        "ip.history_manager.hist_file, ip.kernel.banner.splitlines()[0][:6]",
    ],
}
