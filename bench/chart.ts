/** A run as a picture. */

import * as echarts from 'echarts';
import { ratioText, threadsText } from './report';
import { type Results, summariesOf } from './results';

const WIDTH = 860;
const ROW_HEIGHT = 30;
const MARGIN = { top: 72, right: 64, bottom: 36, left: 190 };

// Legible on white and on black.
const TEXT = '#7d8590';
const GRID = '#7d859055';
const COLOURS = ['#e08a2e', '#2f81f7'];

/** Horizontal bars of the speed relative to NumPy's, by group; undefined when NumPy was not there. */
export function chartOf(results: Results): string | undefined {
  const groups = summariesOf(results.cases).filter(({ ratio }) => ratio !== null);
  if (groups.length === 0) return undefined;
  const { threads } = results.settings;
  const series = (['one', 'all'] as const).map((key, i) => ({
    name: threadsText(threads[key]),
    type: 'bar' as const,
    barGap: '8%',
    itemStyle: { color: COLOURS[i]! },
    label: {
      show: true,
      position: 'right' as const,
      color: TEXT,
      fontSize: 10,
      formatter: ({ value }: { value?: unknown }) => ratioText(Number(value)),
    },
    data: groups.map(({ ratio }) => Number(ratio![key].mean.toFixed(2))),
    ...(i === 0 && {
      markLine: {
        silent: true,
        symbol: 'none',
        label: { show: false },
        lineStyle: { color: TEXT, type: 'solid' as const },
        data: [{ xAxis: 1 }],
      },
    }),
  }));
  const least = Math.min(1, ...series.flatMap(({ data }) => data));
  const chart = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: WIDTH,
    height: MARGIN.top + MARGIN.bottom + ROW_HEIGHT * groups.length,
  });
  chart.setOption({
    animation: false,
    backgroundColor: 'transparent',
    title: {
      text: 'How often the speed of NumPy',
      subtext: `${results.machine.cpu}, NumPy ${results.versions.numpy}, ${results.date.slice(0, 10)}; geometric means, logarithmic`,
      left: 8,
      textStyle: { color: TEXT, fontSize: 15 },
      subtextStyle: { color: TEXT },
    },
    legend: { right: 8, top: 8, textStyle: { color: TEXT } },
    grid: MARGIN,
    xAxis: {
      type: 'log',
      logBase: 2,
      min: 2 ** Math.floor(Math.log2(least * 0.99)),
      axisLabel: { color: TEXT, formatter: '{value} x' },
      splitLine: { lineStyle: { color: GRID } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: groups.map(({ group }) => group),
      axisLabel: { color: TEXT, interval: 0 },
      axisLine: { lineStyle: { color: GRID } },
      axisTick: { show: false },
    },
    series,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
